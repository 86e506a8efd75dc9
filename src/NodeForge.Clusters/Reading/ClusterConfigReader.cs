using NodeForge.Recipes.Reading;
using NodeForge.Recipes.Yaml;

namespace NodeForge.Clusters;

/// <summary>Reads kind's cluster file, v1alpha4: docs/cluster-file.md.</summary>
public static class ClusterConfigReader
{
    private const string ApiGroup = "kind.x-k8s.io/";
    private const string ApiVersion = ApiGroup + "v1alpha4";

    private static readonly string[] Keys =
    [
        "kind", "apiVersion", "name", "nodes", "networking", "featureGates", "runtimeConfig", "kubeadmConfigPatches",
        "kubeadmConfigPatchesJSON6902", "containerdConfigPatches", "containerdConfigPatchesJSON6902",
    ];

    /// <param name="path">The file; relative to the working directory unless absolute.</param>
    /// <exception cref="NodeForgeException">Every problem with its position: codes NF1001 to NF1013 and NF8012 to NF8017.</exception>
    public static ClusterConfig Read(string path) => Parse(Path.GetFullPath(path), YamlText.Load(Path.GetFullPath(path), YamlSubject.ClusterFile));

    /// <summary>Reads a cluster file out of a stream: <c>--config -</c>.</summary>
    public static async Task<ClusterConfig> ReadAsync(Stream text, string name, CancellationToken cancellationToken)
    {
        // One byte more than may be: who writes without end is told, and not waited for.
        byte[] bytes = new byte[YamlLimits.Bytes + 1];
        int length = await text.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return Parse(name, YamlText.Decode(name, bytes.AsSpan(0, length), YamlSubject.ClusterFile));
    }

    internal static ClusterConfig Parse(string name, string text)
    {
        RecipeFile file = new(name);
        ClusterConfig? config = YamlComposer.Compose(name, text, YamlSubject.ClusterFile, file.Add) is YamlMapping top ? Read(file, top) : NotAMapping(file);
        Diagnostic[] problems = [.. file.Problems];
        return problems.Length == 0 && config is not null ? config : throw new NodeForgeException(problems);
    }

    private static ClusterConfig? Read(RecipeFile file, YamlMapping top)
    {
        if (!IsOurs(file, top))
            return null;
        Fields fields = new(file, top, "", Keys);
        NetworkingConfig networking = NetworkingSection.Read(fields);
        return new()
        {
            Name = fields.Has("name") ? ClusterNameText.Read(fields) : ClusterConfig.DefaultName,
            Nodes = NodeSection.ReadAll(fields, networking.Everywhere),
            Networking = networking,
            FeatureGates = Gates(fields),
            RuntimeConfig = ScalarTexts(fields, "runtimeConfig"),
            Patches = PatchSection.Read(fields),
            Containerd = ContainerdSection.Read(fields),
        };
    }

    private static bool IsOurs(RecipeFile file, YamlMapping top)
    {
        (string? kind, string? version) = ((top.Find("kind") as YamlScalar)?.Text, (top.Find("apiVersion") as YamlScalar)?.Text);
        if (kind == "Cluster" && version == ApiVersion)
            return true;
        YamlNode at = version == ApiVersion ? top.Find("kind") ?? top : top.Find("apiVersion") ?? top;
        bool older = version?.StartsWith(ApiGroup, StringComparison.Ordinal) == true || version?.StartsWith("kind.sigs.k8s.io/", StringComparison.Ordinal) == true;
        file.Report(ErrorCodes.ClusterFileVersion, at, older ? "the cluster file is of a version that is no longer read" : "this is not a cluster file",
            got: $"kind {kind ?? "none"}, apiVersion {version ?? "none"}",
            want: $"kind: Cluster, apiVersion: {ApiVersion}",
            mend: older ? $"write apiVersion: {ApiVersion}; a nodes entry with replicas becomes as many entries" : "correct the two keys");
        return false;
    }

    private static ClusterConfig? NotAMapping(RecipeFile file)
    {
        file.Add(new(ErrorCodes.ClusterFileVersion, "this is not a cluster file") { Where = new(file.Path, 1, 1), Want = $"kind: Cluster, apiVersion: {ApiVersion}" });
        return null;
    }

    private static Dictionary<string, bool> Gates(Fields fields)
    {
        Dictionary<string, bool> gates = [];
        if (fields["featureGates"] is null or YamlScalar { Type: ScalarType.Null })
            return gates;
        if (fields["featureGates"] is not YamlMapping mapping)
        {
            fields.File.WrongType(fields["featureGates"]!, "featureGates", "a mapping of names to true or false");
            return gates;
        }

        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
        {
            if (value is YamlScalar { Type: ScalarType.Boolean } flag)
                gates[key.Text] = flag.Text[0] is 't' or 'T';
            else
                fields.File.WrongType(value, key.Text, "true or false");
        }

        return gates;
    }

    /// <summary>A mapping of words, where kind takes <c>true</c> and <c>1</c> without quotes too.</summary>
    internal static IReadOnlyDictionary<string, string> ScalarTexts(Fields fields, string key)
    {
        Dictionary<string, string> texts = [];
        switch (fields[key])
        {
            case null or YamlScalar { Type: ScalarType.Null }:
                break;
            case YamlMapping mapping:
                foreach ((YamlScalar name, YamlNode value) in mapping.Entries)
                {
                    if (value is YamlScalar scalar)
                        texts[name.Text] = scalar.Text;
                    else
                        fields.File.WrongType(value, name.Text, "a string");
                }

                break;
            case { } node:
                fields.File.WrongType(node, key, "a mapping of strings");
                break;
        }

        return texts;
    }
}

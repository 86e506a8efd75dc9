using NodeForge.Documents.Yaml;
using NodeForge.Files;

namespace NodeForge.Clusters.Configuration;

/// <summary>Reads kind's cluster file, v1alpha4: docs/cluster-file.md.</summary>
public static class ClusterConfigReader
{
    private const string ApiGroup = "kind.x-k8s.io/";
    private const string ApiVersion = ApiGroup + "v1alpha4";

    private static readonly string[] Keys =
    [
        "kind",
        "apiVersion",
        "name",
        "nodes",
        "networking",
        "featureGates",
        "runtimeConfig",
        "kubeadmConfigPatches",
        "kubeadmConfigPatchesJSON6902",
        "containerdConfigPatches",
        "containerdConfigPatchesJSON6902",
    ];

    /// <param name="path">The file; relative to the working directory unless absolute.</param>
    /// <exception cref="NodeForgeException">Every problem with its position: codes NF1001 to NF1013 and NF8012 to NF8017.</exception>
    public static ClusterConfig Read(string path) =>
        Parse(Path.GetFullPath(path), YamlText.Load(Path.GetFullPath(path), YamlSubject.ClusterFile));

    /// <summary>As <see cref="Read(string)"/>, of a pipe too that nobody writes to yet: a cancelled caller leaves it behind.</summary>
    public static Task<ClusterConfig> ReadAsync(string path, CancellationToken cancellationToken) =>
        PipeOrFile.ReadAsync(() => Read(path), cancellationToken);

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
        DocumentFile file = new(name);
        ClusterConfig? config = YamlComposer.Compose(name, text, YamlSubject.ClusterFile, file.Add) is YamlMapping top
            ? Read(file, top)
            : NotAMapping(file);
        Diagnostic[] problems = [.. file.Problems];
        return problems.Length == 0 && config is not null ? config : throw new NodeForgeException(problems);
    }

    private static ClusterConfig? Read(DocumentFile file, YamlMapping top)
    {
        if (!IsOurs(file, top))
            return null;
        ClusterFields fields = new(file, top, "", Keys);
        NetworkingConfig networking = NetworkingSection.Read(fields);
        return new()
        {
            Name = ClusterNameText.Read(fields),
            Nodes = NodeSection.ReadAll(fields, networking),
            Networking = networking,
            FeatureGates = SwitchSection.Gates(fields),
            RuntimeConfig = SwitchSection.Apis(fields),
            Patches = PatchSection.Read(fields),
            Containerd = ContainerdSection.Read(fields),
        };
    }

    private static bool IsOurs(DocumentFile file, YamlMapping top)
    {
        (string? kind, string? version) = ((top.Find("kind") as YamlScalar)?.Text, (top.Find("apiVersion") as YamlScalar)?.Text);
        if (kind == "Cluster" && version == ApiVersion)
            return true;
        YamlNode at = version == ApiVersion ? top.Find("kind") ?? top : top.Find("apiVersion") ?? top;
        bool older =
            version != ApiVersion
            && (
                version?.StartsWith(ApiGroup, StringComparison.Ordinal) == true
                || version?.StartsWith("kind.sigs.k8s.io/", StringComparison.Ordinal) == true
            );
        (string what, string hint) = (kind, version) switch
        {
            _ when older => (
                "the cluster file is of a version that is no longer read",
                $"write apiVersion: {ApiVersion}; a nodes entry with replicas becomes as many entries"
            ),
            (null or "", ApiVersion) => ("kind: is missing in the cluster file", "write kind: Cluster"),
            ("Cluster", null or "") => ("apiVersion: is missing in the cluster file", $"write apiVersion: {ApiVersion}"),
            _ => ("this is not a cluster file", "correct the two keys"),
        };
        file.Report(
            ErrorCodes.ClusterFileVersion,
            at,
            what,
            got: $"kind {Shown(kind)}, apiVersion {Shown(version)}",
            want: $"kind: Cluster, apiVersion: {ApiVersion}",
            hint: hint
        );
        return false;
    }

    private static string Shown(string? value) => value is { Length: > 0 } ? value : "none";

    private static ClusterConfig? NotAMapping(DocumentFile file)
    {
        file.Add(
            new(ErrorCodes.ClusterFileVersion, "this is not a cluster file")
            {
                Where = new(file.Path, 1, 1),
                Want = $"kind: Cluster, apiVersion: {ApiVersion}",
            }
        );
        return null;
    }
}

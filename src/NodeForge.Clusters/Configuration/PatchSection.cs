using System.Text.Json.Nodes;
using NodeForge.Documents.Json;
using NodeForge.Documents.Yaml;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Configuration;

/// <summary>The patches of kubeadm's documents, understood here already: a mistake in one would else show up in a node, minutes
/// later.</summary>
internal static class PatchSection
{
    private const string MergesKey = "kubeadmConfigPatches";
    private const string JsonPatchesKey = "kubeadmConfigPatchesJSON6902";

    private static readonly string[] Keys = ["group", "version", "kind", "patch"];

    public static KubeadmPatches Read(ClusterFields fields) =>
        new()
        {
            Merges = [.. fields.Items(MergesKey).Select(item => Merge(fields.File, item)).OfType<MergePatch>()],
            JsonPatches = [.. fields.Sections(JsonPatchesKey, Keys).Select(Patch)],
        };

    private static MergePatch? Merge(DocumentFile file, YamlNode item)
    {
        if (file.Text(item, $"an item of {MergesKey}", "a string that is a YAML mapping with a kind") is not { } text)
            return null;
        MergePatch patch = new(text)
        {
            Where = new(file.Path, item.Line, item.Column),
            FirstLine = item is YamlScalar { IsLiteral: true } ? item.Line + 1 : null,
        };
        foreach (YamlNode node in Understand(file, patch).Where(node => !ClusterFields.IsNull(node)))
        {
            if (node is not YamlMapping mapping || mapping.Find("kind") is not YamlScalar { Text.Length: > 0 })
            {
                file.Add(
                    new(ErrorCodes.ClusterFileValue, "the patch is not a mapping with a kind")
                    {
                        Where = patch.WhereOf(node.Line, MergesKey),
                        Want =
                            "kind: ClusterConfiguration, InitConfiguration, JoinConfiguration, KubeletConfiguration or KubeProxyConfiguration",
                    }
                );
                continue;
            }

            PatchedArguments.Check(mapping, (problem, line) => file.Add(problem with { Where = patch.WhereOf(line, MergesKey) }));
        }

        return patch;
    }

    private static JsonPatch Patch(ClusterFields fields)
    {
        string? kind = fields.Required("kind");
        string text = fields.Required("patch") ?? "[]";
        YamlNode at = fields.At("patch");
        try
        {
            if (YamlDocument.Read(text) is JsonArray operations)
                CheckOperations(fields.File, at, operations);
            else
                fields.File.Report(
                    ErrorCodes.ClusterFileValue,
                    at,
                    "the patch is not a list of operations",
                    want: "a list of mappings with op, path and value (RFC 6902)"
                );
        }
        catch (NodeForgeException failure)
        {
            fields.File.Report(
                failure.Diagnostics[0].Code,
                at,
                "the patch is not YAML: " + failure.Diagnostics[0].What,
                got: failure.Diagnostics[0].Got
            );
        }

        return new(fields.Text("group") ?? "", fields.Text("version") ?? "", kind ?? "", text)
        {
            Where = new(fields.File.Path, fields.Mapping.Line, fields.Mapping.Column),
        };
    }

    /// <summary>Reports operations that fit no document at all.</summary>
    internal static void CheckOperations(DocumentFile file, YamlNode at, JsonArray operations)
    {
        foreach (string problem in operations.Select(JsonPatching.Malformed).OfType<string>())
            file.Report(
                ErrorCodes.ClusterFileValue,
                at,
                "the patch has an operation that RFC 6902 does not know",
                got: problem,
                want: "op, path and what the op asks for: value or from"
            );
    }

    private static IReadOnlyList<YamlNode> Understand(DocumentFile file, MergePatch patch)
    {
        try
        {
            IReadOnlyList<YamlNode> nodes = patch.Nodes();
            foreach (YamlNode node in nodes)
                YamlDocument.Convert(node);
            return nodes;
        }
        catch (NodeForgeException failure)
        {
            Diagnostic told = failure.Diagnostics[0];
            string what = told.Code == ErrorCodes.RecipeNotYaml ? "the patch is not YAML: " + told.What : told.What;
            file.Add(told with { What = what, Where = patch.WhereOf(told.Where?.Line ?? 1, MergesKey) });
            return [];
        }
    }
}

using System.Text.Json.Nodes;
using NodeForge.Documents.Yaml;

namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>One change to kubeadm's documents: a merge, or a list of operations.</summary>
/// <param name="Kind">Of the document that it changes.</param>
/// <param name="Group">Of that document; empty fits each.</param>
/// <param name="Version">Of that document; empty fits each.</param>
/// <param name="Where">For messages.</param>
public sealed record PatchDocument(string Kind, string Group, string Version, Location Where)
{
    /// <summary>What is merged; null for operations.</summary>
    public JsonObject? Merge { get; init; }

    /// <summary>RFC 6902, where nothing is merged.</summary>
    public JsonArray Operations { get; init; } = [];

    /// <summary>In the order in which they are applied: merges, then operations.</summary>
    /// <exception cref="NodeForgeException">A patch is not YAML, or has not the form of one.</exception>
    public static IReadOnlyList<PatchDocument> AllOf(KubeadmPatches patches) =>
        [.. patches.Merges.SelectMany(MergesOf), .. patches.JsonPatches.Select(Of)];

    public bool Fits(JsonObject document) =>
        Kind == (string?)document["kind"] && FitsVersion((string?)document["apiVersion"] ?? string.Empty);

    private bool FitsVersion(string apiVersion)
    {
        (string group, string version) = Parts(apiVersion);
        return (Group.Length == 0 || Group == group) && (Version.Length == 0 || Version == version);
    }

    // Each document of a text is a patch of its own, and an empty one is none.
    private static IEnumerable<PatchDocument> MergesOf(MergePatch patch)
    {
        foreach (YamlNode node in patch.Nodes())
        {
            Location where = patch.WhereOf(node.Line, "kubeadmConfigPatches");
            switch (YamlDocument.Convert(node))
            {
                case null:
                    break;
                case JsonObject merge:
                    (string group, string version) = Parts(TextOf(merge, "apiVersion"));
                    yield return new(TextOf(merge, "kind"), group, version, where) { Merge = merge };
                    break;
                default:
                    throw new NodeForgeException(
                        new Diagnostic(ErrorCodes.ClusterFileValue, "the patch is not a mapping with a kind")
                        {
                            Where = where,
                            Got = node.Description,
                        }
                    );
            }
        }
    }

    private static PatchDocument Of(JsonPatch patch)
    {
        Location where = patch.Where ?? new($"kubeadmConfigPatchesJSON6902 for {patch.Kind}");
        return YamlDocument.Read(patch.Patch) is JsonArray operations
            ? new(patch.Kind, patch.Group, patch.Version, where) { Operations = operations }
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ClusterFileValue, "the patch is not a list of operations") { Where = where }
            );
    }

    private static string TextOf(JsonObject merge, string key) =>
        merge[key] is JsonValue value && value.TryGetValue(out string? text) ? text : string.Empty;

    private static (string Group, string Version) Parts(string apiVersion) =>
        apiVersion.LastIndexOf('/') is var slash and >= 0 ? (apiVersion[..slash], apiVersion[(slash + 1)..]) : (string.Empty, apiVersion);
}

using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Documents.Json;
using NodeForge.Documents.Toml;

namespace NodeForge.Clusters.Nodes;

/// <summary>Applies a cluster file's patches to containerd's configuration, as kind does: a merge of tables (RFC 7386), then operations (RFC 6902).</summary>
internal static class ContainerdPatching
{
    public const string Path = "/etc/containerd/config.toml";

    /// <returns>The files to lay into the node, the configuration first.</returns>
    /// <exception cref="TomlException">The node's file is not TOML.</exception>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileValue"/>: an operation that the file does not allow.</exception>
    public static IReadOnlyList<NodeFile> Apply(string configuration, ContainerdPatches patches)
    {
        JsonObject document = TomlDocument.Read(configuration);
        foreach (JsonObject patch in patches.Merges.Select(TomlDocument.Read).Where(patch => IsFor(patch, document)))
            Merge(document, patch);
        foreach (string operations in patches.JsonPatches)
            JsonPatching.Apply(document, operations, new(new("containerdConfigPatchesJSON6902"), Path));
        IReadOnlyList<NodeFile> hosts = RegistryHosts.TakeFrom(document);
        return [NodeFile.Public(Path, TomlText.Of(document)), .. hosts];
    }

    // The sections of a plugin have other names in another version: a file may bring patches for each.
    private static bool IsFor(JsonObject patch, JsonObject document) =>
        patch["version"] is not { } version || JsonNode.DeepEquals(version, document["version"]);

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach ((string key, JsonNode? value) in patch)
        {
            if (value is JsonObject inner && target[key] is JsonObject existing)
                Merge(existing, inner);
            else
                target[key] = value?.DeepClone();
        }
    }
}

using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Containerd.Configuration;
using NodeForge.Documents.Json;
using NodeForge.Documents.Toml;
using NodeForge.Documents.Yaml;

namespace NodeForge.Clusters.Nodes;

/// <summary>Applies a cluster file's patches to containerd's configuration, as kind does: a merge of tables (RFC 7386), then operations
/// (RFC 6902).</summary>
internal static class ContainerdPatching
{
    public const string Path = "/etc/containerd/config.toml";

    /// <returns>The files to lay into the node, the configuration first.</returns>
    /// <exception cref="TomlException">The node's file is not TOML.</exception>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileValue"/>: an operation that the file does not
    /// allow.</exception>
    public static IReadOnlyList<NodeFile> Apply(string configuration, ContainerdPatches patches)
    {
        JsonObject document = TomlDocument.Read(configuration);
        foreach (JsonObject patch in patches.Merges.Select(TomlDocument.Read).Where(patch => IsFor(patch, document)))
        {
            Fit(patch, document);
            Merge(document, patch);
        }

        foreach (string operations in patches.JsonPatches)
            JsonPatching.Apply(document, Placed(operations, document), new(new("containerdConfigPatchesJSON6902"), Path));
        IReadOnlyList<NodeFile> hosts = RegistryHosts.TakeFrom(document);
        return [NodeFile.Public(Path, TomlText.Of(document)), .. hosts];
    }

    // The sections of a plugin have other names in another version: a file may bring patches for each. 3 and 4 have the same.
    private static bool IsFor(JsonObject patch, JsonObject document) =>
        !patch.ContainsKey("version")
        || ConfigurationRewriting.VersionOf(patch) == ConfigurationRewriting.VersionOf(document)
        || (IsSplit(patch) && IsSplit(document));

    private static bool IsSplit(JsonObject document) => ConfigurationRewriting.VersionOf(document) >= ConfigurationVersion.FirstSplit;

    // What users have was written for files of version 2, and does nothing where that version's one plugin has become three.
    private static void Fit(JsonObject patch, JsonObject document)
    {
        patch.Remove("version");
        if (!IsSplit(document))
            return;
        ConfigurationRewriting.Divide(patch);
        if (
            ((document["plugins"] as JsonObject)?[CriSettings.Runtime] as JsonObject)?["cni"] is JsonObject cni
            && cni.ContainsKey("bin_dirs")
        )
            ConfigurationRewriting.FitFolders(patch);
    }

    private static string Placed(string operations, JsonObject document)
    {
        if (!IsSplit(document) || YamlDocument.Read(operations) is not JsonArray list)
            return operations;
        foreach (JsonObject operation in list.OfType<JsonObject>())
        {
            foreach (string key in new[] { "path", "from" })
            {
                if (operation[key] is JsonValue path && path.TryGetValue(out string? text))
                    operation[key] = ConfigurationRewriting.Place(text);
            }
        }

        return list.ToJsonString();
    }

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

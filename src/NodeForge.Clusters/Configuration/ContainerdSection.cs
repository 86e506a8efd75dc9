using System.Text.Json.Nodes;
using NodeForge.Documents.Toml;
using NodeForge.Documents.Yaml;

namespace NodeForge.Clusters.Configuration;

/// <summary>The patches of containerd's configuration, understood here already: a mistake in one would else show up in a node.</summary>
internal static class ContainerdSection
{
    private const string MergesKey = "containerdConfigPatches";
    private const string JsonPatchesKey = "containerdConfigPatchesJSON6902";

    public static ContainerdPatches Read(ClusterFields fields) =>
        new()
        {
            Merges = [.. fields.Items(MergesKey).Select(item => Merge(fields.File, item)).OfType<string>()],
            JsonPatches = [.. fields.Items(JsonPatchesKey).Select(item => Patch(fields.File, item)).OfType<string>()],
        };

    private static string? Merge(DocumentFile file, YamlNode item)
    {
        if (file.Text(item, $"an item of {MergesKey}", "a string that is TOML") is not { } text)
            return null;
        try
        {
            TomlDocument.Read(text);
        }
        catch (TomlException failure)
        {
            file.Report(
                ErrorCodes.ClusterFileValue,
                item,
                "the patch is not TOML",
                got: failure.Message,
                want: "a part of containerd's config.toml, such as [plugins.\"io.containerd.grpc.v1.cri\"] with keys below it"
            );
        }

        return text;
    }

    private static string? Patch(DocumentFile file, YamlNode item)
    {
        if (file.Text(item, $"an item of {JsonPatchesKey}", "a string that is a list of operations") is not { } text)
            return null;
        try
        {
            if (YamlDocument.Read(text) is JsonArray operations)
                PatchSection.CheckOperations(file, item, operations);
            else
                file.Report(
                    ErrorCodes.ClusterFileValue,
                    item,
                    "the patch is not a list of operations",
                    want: "a list of mappings with op, path and value (RFC 6902)"
                );
        }
        catch (NodeForgeException failure)
        {
            file.Report(
                failure.Diagnostics[0].Code,
                item,
                "the patch is not YAML: " + failure.Diagnostics[0].What,
                got: failure.Diagnostics[0].Got
            );
        }

        return text;
    }
}

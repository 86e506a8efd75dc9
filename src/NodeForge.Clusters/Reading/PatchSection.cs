using System.Text.Json.Nodes;
using NodeForge.Recipes.Reading;
using NodeForge.Recipes.Yaml;

namespace NodeForge.Clusters;

internal static class PatchSection
{
    private static readonly string[] Keys = ["group", "version", "kind", "patch"];

    public static KubeadmPatches Read(Fields fields) => new()
    {
        Merges = [.. fields.Items("kubeadmConfigPatches").Select(item => Merge(fields.File, item)).OfType<string>()],
        JsonPatches = [.. fields.Items("kubeadmConfigPatchesJSON6902").Select(item => Patch(fields.File, item)).OfType<JsonPatch>()],
    };

    public static void Unsupported(RecipeFile file, YamlNode at, string what, string mend) =>
        file.Report(ErrorCodes.ClusterFileUnsupported, at, $"{what} is not done yet", mend: mend);

    private static string? Merge(RecipeFile file, YamlNode item)
    {
        if (file.Text(item, "an item of kubeadmConfigPatches", "a string that is a YAML mapping with a kind") is not { } text)
            return null;
        // Understood here already: a mistake in it would else show up in a node, minutes later.
        if (Understand(file, item, text) is not JsonObject patch || patch["kind"] is null)
            file.Report(ErrorCodes.ClusterFileValue, item, "the patch is not a mapping with a kind", want: "kind: ClusterConfiguration, InitConfiguration, JoinConfiguration, KubeletConfiguration or KubeProxyConfiguration");
        return text;
    }

    private static JsonPatch? Patch(RecipeFile file, YamlNode item)
    {
        if (item is not YamlMapping mapping)
        {
            file.WrongType(item, "an item of kubeadmConfigPatchesJSON6902", "a mapping with group, version, kind and patch");
            return null;
        }

        Fields fields = new(file, mapping, "kubeadmConfigPatchesJSON6902", Keys);
        foreach (string key in new[] { "kind", "patch" }.Where(key => !fields.Has(key)))
            fields.ReportMissing(key);
        string text = fields.Optional("patch") ?? "[]";
        if (Understand(file, fields["patch"] ?? mapping, text) is not JsonArray)
            file.Report(ErrorCodes.ClusterFileValue, fields["patch"] ?? mapping, "the patch is not a list of operations", want: "a list of mappings with op, path and value (RFC 6902)");
        return new(fields.Optional("group") ?? "", fields.Optional("version") ?? "", fields.Optional("kind") ?? "", text);
    }

    internal static JsonNode? Understand(RecipeFile file, YamlNode at, string text)
    {
        try
        {
            return YamlDocument.Read(text);
        }
        catch (NodeForgeException failure)
        {
            file.Report(failure.Diagnostics[0].Code, at, "the patch is not YAML: " + failure.Diagnostics[0].What, got: failure.Diagnostics[0].Got);
            return new JsonObject { ["kind"] = "" };
        }
    }
}

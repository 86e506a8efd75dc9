using System.Text.Json.Nodes;

namespace NodeForge.Clusters;

/// <summary>Applies a cluster file's patches to the documents of their kind.</summary>
internal static class KubeadmPatching
{
    public static void Apply(JsonObject document, IReadOnlyList<KubeadmPatches> patches)
    {
        foreach (string text in patches.SelectMany(patch => patch.Merges))
        {
            if (YamlDocument.Read(text) is JsonObject merge && (string?)merge["kind"] == (string?)document["kind"])
                Merge(document, merge);
        }

        foreach (JsonPatch patch in patches.SelectMany(patch => patch.JsonPatches).Where(patch => IsFor(patch, document)))
            JsonPatching.Apply(document, patch.Patch, new($"kubeadmConfigPatchesJSON6902 for {patch.Kind}", KubeadmDocuments.Path));
    }

    // Group and version as kind has them: what is left out fits all.
    private static bool IsFor(JsonPatch patch, JsonObject document)
    {
        string[] version = ((string?)document["apiVersion"] ?? "").Split('/');
        return patch.Kind == (string?)document["kind"] && (patch.Group.Length == 0 || patch.Group == version[0]) && (patch.Version.Length == 0 || patch.Version == version[^1]);
    }

    // The kinds of kubeadm, kubelet and kube-proxy declare no merge keys: lists are replaced, mappings merged, null deletes.
    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach ((string key, JsonNode? value) in patch)
        {
            if (key is "apiVersion" or "kind" && target.ContainsKey(key))
                continue;
            if (value is null)
                target.Remove(key);
            else if (value is JsonObject inner && target[key] is JsonObject existing)
                Merge(existing, inner);
            else
                target[key] = value.DeepClone();
        }
    }
}

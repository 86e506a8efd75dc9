using System.Text.Json.Nodes;
using NodeForge.Documents.Json;

namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>Applies a cluster file's patches to the documents of their kind and version, as kind 0.33 does.</summary>
public static class KubeadmPatching
{
    private const string CertificateNames = "certSANs";

    /// <param name="document">Is changed.</param>
    /// <param name="patches">Those for other documents are passed over.</param>
    /// <param name="argumentsAreLists">How the document's version has extra arguments.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileValue"/>: an operation that the document does not
    /// allow.</exception>
    public static void Apply(JsonObject document, IEnumerable<PatchDocument> patches, bool argumentsAreLists)
    {
        foreach (PatchDocument patch in patches.Where(patch => patch.Fits(document)))
        {
            if (patch.Merge is { } merge)
                Merge(document, merge, argumentsAreLists);
            else
                JsonPatching.Apply(document, patch.Operations, new(patch.Where, KubeadmFiles.Configuration));
        }

        // kind's documents have a name by which old patches find them; kubeadm's do not.
        document.Remove("metadata");
        ExtraArguments.Conform(document, argumentsAreLists);
    }

    // RFC 7386, but for arguments, which are merged by name, and names on certificates, which are joined.
    private static void Merge(JsonObject target, JsonObject patch, bool argumentsAreLists)
    {
        foreach ((string key, JsonNode? value) in patch)
        {
            switch (value)
            {
                case JsonObject or JsonArray when ExtraArguments.IsKey(key):
                    target[key] = ExtraArguments.Merge(target[key], value, argumentsAreLists);
                    break;
                case null or JsonArray when key == CertificateNames:
                    Join(target, value as JsonArray ?? []);
                    break;
                case null:
                    target.Remove(key);
                    break;
                case JsonObject inner:
                    if (target[key] is not JsonObject existing)
                        target[key] = existing = [];
                    Merge(existing, inner, argumentsAreLists);
                    break;
                default:
                    target[key] = value.DeepClone();
                    break;
            }
        }
    }

    private static void Join(JsonObject target, JsonArray names)
    {
        if (target[CertificateNames] is not JsonArray existing)
            target[CertificateNames] = existing = [];
        foreach (JsonNode? name in names.Where(name => !existing.Any(known => JsonNode.DeepEquals(known, name))).ToArray())
            existing.Add(name?.DeepClone());
    }
}

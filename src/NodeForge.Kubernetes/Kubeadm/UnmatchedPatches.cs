using System.Text.Json.Nodes;
using NodeForge.Documents;

namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>Finds patches that no document of a node takes: a kind that is misspelt, a version that the image's kubeadm is not
/// given.</summary>
public static class UnmatchedPatches
{
    public static IEnumerable<Diagnostic> Among(IReadOnlyList<PatchDocument> patches, IReadOnlyList<JsonObject> documents)
    {
        foreach (PatchDocument patch in patches.Where(patch => !documents.Any(patch.Fits) && !HasSibling(patch, patches, documents)))
            yield return Told(patch, documents);
    }

    // kind's documentation advises a patch for each version, of which one fits.
    private static bool HasSibling(PatchDocument patch, IReadOnlyList<PatchDocument> patches, IReadOnlyList<JsonObject> documents) =>
        patch.Version.Length > 0 && patches.Any(other => other.Kind == patch.Kind && other.Version.Length > 0 && documents.Any(other.Fits));

    private static Diagnostic Told(PatchDocument patch, IReadOnlyList<JsonObject> documents)
    {
        string[] kinds = [.. documents.Select(document => (string)document["kind"]!)];
        JsonObject? ofKind = documents.FirstOrDefault(document => (string?)document["kind"] == patch.Kind);
        return new(ErrorCodes.KubeadmPatchUnused, "a kubeadm patch changes nothing: there is no document of its kind and version")
        {
            Where = patch.Where,
            Got =
                patch.Version.Length > 0
                    ? $"{patch.Kind} of {patch.Group}{(patch.Group.Length > 0 ? "/" : string.Empty)}{patch.Version}"
                    : patch.Kind,
            Want = ofKind is null ? "one of " + string.Join(", ", kinds) : $"apiVersion: {ofKind["apiVersion"]}, or none",
            Hint = DidYouMean.Nearest(patch.Kind, kinds) is { } near && ofKind is null ? $"did you mean {near}?" : null,
            Severity = Severity.Warning,
        };
    }
}

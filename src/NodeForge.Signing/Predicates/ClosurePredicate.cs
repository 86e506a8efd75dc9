using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;

namespace NodeForge.Signing.Predicates;

/// <summary>The closure of a node image: every reference that a cluster made from it can ask for, and the image in it that
/// answers.</summary>
/// <param name="KubernetesVersion">Whose kubeadm asks.</param>
/// <param name="Entries">In the order of their references.</param>
public sealed record ClosurePredicate(string? KubernetesVersion, IReadOnlyList<AttestedReference> Entries)
{
    /// <summary>The predicate of a statement of type <see cref="PredicateTypes.Closure"/>.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["kubernetesVersion"] = KubernetesVersion,
            ["complete"] = true,
            ["images"] = new JsonArray([
                .. Entries
                    .OrderBy(entry => entry.Reference, StringComparer.Ordinal)
                    .Select(entry => new JsonObject
                    {
                        ["reference"] = entry.Reference,
                        ["askedBy"] = new JsonArray([.. entry.AskedBy.Order(StringComparer.Ordinal).Select(who => (JsonNode)who)]),
                        ["imageId"] = entry.ImageId.ToString(),
                        ["size"] = entry.Size,
                    }),
            ]),
        };
}

/// <param name="Reference">As it is asked for, normalised.</param>
/// <param name="AskedBy">Who asks.</param>
/// <param name="ImageId">What answers.</param>
/// <param name="Size">Bytes of all its blobs.</param>
public sealed record AttestedReference(string Reference, IReadOnlyList<string> AskedBy, Digest ImageId, long Size);

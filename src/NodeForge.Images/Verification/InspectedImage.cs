using NodeForge.Kubernetes;
using NodeForge.Oci;

namespace NodeForge.Images.Verification;

/// <summary>What an image says of itself.</summary>
/// <param name="KubernetesVersion">Of a node image.</param>
/// <param name="Preloaded">The references that a node image brings along.</param>
public sealed record InspectedImage(
    IReadOnlyList<string> References,
    Platform Platform,
    Digest ImageId,
    string? Created,
    string? KubernetesVersion,
    IReadOnlyList<InspectedLayer> Layers,
    IReadOnlyList<string> Preloaded
);

/// <param name="Title">What made it, from the history.</param>
/// <param name="Size">Bytes as stored.</param>
public sealed record InspectedLayer(string Title, Digest DiffId, long Size);

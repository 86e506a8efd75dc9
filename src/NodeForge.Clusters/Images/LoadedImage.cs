namespace NodeForge.Clusters.Images;

/// <summary>An image that nodes have now.</summary>
/// <param name="Name">As the kubelet asks for it.</param>
/// <param name="ImageId">The digest of the image's configuration.</param>
/// <param name="Nodes">What each node was sent.</param>
public sealed record LoadedImage(string Name, string ImageId, IReadOnlyList<LoadedNode> Nodes);

/// <summary>What a node was sent of an image.</summary>
/// <param name="Name">The node.</param>
/// <param name="WasThere">Whether it had the image under that name already; nothing was sent then.</param>
/// <param name="Blobs">How many blobs it was sent.</param>
/// <param name="Bytes">How many bytes these have.</param>
public sealed record LoadedNode(string Name, bool WasThere, int Blobs, long Bytes);

using NodeForge.Oci.Compression;

namespace NodeForge.Oci.Layers;

/// <summary>A layer in the store.</summary>
/// <param name="Descriptor">The blob as it is: compressed or not.</param>
/// <param name="DiffId">The digest of the uncompressed bytes: the layer's identity, which outlives encoders.</param>
public sealed record LayerBlob(Descriptor Descriptor, Digest DiffId)
{
    /// <summary>What made the compressed bytes, as <see cref="LayerEncoding.Name"/>.</summary>
    public string Encoding { get; init; } = LayerEncoding.None.Name;
}

using NodeForge.Oci;

namespace NodeForge.Clusters.Images;

/// <summary>An image whose manifest is known, and whose layers can be written into a node.</summary>
/// <param name="Names">As the kubelet asks for it.</param>
/// <param name="Descriptor">The manifest's.</param>
/// <param name="Manifest">The manifest's bytes.</param>
/// <param name="Config">The image config's bytes.</param>
/// <param name="Layers">Each once, in any order.</param>
internal sealed record ImageOffer(IReadOnlyList<string> Names, Descriptor Descriptor, byte[] Manifest, byte[] Config, IReadOnlyList<LayerOffer> Layers)
{
    public Digest ImageId { get; } = Digest.Of(Config);

    /// <summary>Writes what the nodes lack, the manifest after the layers.</summary>
    public async Task WriteAsync(NodeArchives archives, CancellationToken cancellationToken)
    {
        foreach (LayerOffer layer in Layers.DistinctBy(layer => layer.Descriptor.Digest))
            await archives.WriteBlobAsync(layer.Descriptor.Digest.Hex, layer.Descriptor.Digest, layer.Descriptor.Size, stream => layer.WriteAsync(stream, cancellationToken)).ConfigureAwait(false);
        await archives.WriteBlobAsync(ImageId, Config).ConfigureAwait(false);
        await archives.WriteBlobAsync(Descriptor.Digest, Manifest).ConfigureAwait(false);
        archives.End(Descriptor, Names);
    }
}

/// <summary>A layer that can be written.</summary>
/// <param name="Descriptor">What its bytes are to be.</param>
/// <param name="WriteAsync">Writes exactly these bytes, or fails.</param>
internal sealed record LayerOffer(Descriptor Descriptor, Func<Stream, CancellationToken, Task> WriteAsync);

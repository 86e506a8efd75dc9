using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>An image whose documents were read and agree with each other.</summary>
/// <param name="Name">What messages call it: its first reference, as given.</param>
/// <param name="Names">Its references, normalised.</param>
/// <param name="Source">What was given.</param>
/// <param name="Manifest">The manifest read.</param>
/// <param name="DiffIds">Of each layer, in the manifest's order.</param>
/// <param name="Index">The index read.</param>
internal sealed record CheckedImage(
    string Name,
    IReadOnlyList<ImageReference> Names,
    PreloadedImage Source,
    Manifest Manifest,
    IReadOnlyList<Digest> DiffIds,
    ImageIndex? Index
)
{
    /// <summary>What the names point at.</summary>
    public Descriptor Target => Source.Index ?? Source.Manifest;

    /// <summary>What its snapshot is called; null when it has none.</summary>
    public Digest? ChainId => Source.Unpacked is null || DiffIds.Count == 0 ? null : Oci.ChainId.Of(DiffIds);
}

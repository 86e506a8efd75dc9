namespace NodeForge.Oci.Layouts;

/// <summary>An image of a layout or archive.</summary>
/// <param name="References">Its full names, normalised.</param>
/// <param name="Tag">Its name within a layout; null for none, and in docker's archives.</param>
public sealed record SourceImage(IReadOnlyList<ImageReference> References, string? Tag)
{
    /// <summary>Where it stands in its source.</summary>
    internal int Position { get; init; }

    /// <summary>For messages: the first of its names.</summary>
    public string DisplayName => References is [ImageReference first, ..] ? first.ToString() : Tag ?? "(no name)";
}

/// <summary>An image for one platform that is whole in a store, every byte checked.</summary>
/// <param name="Source">What it was called.</param>
/// <param name="Root">The index that led to it, or the manifest itself. Both are in the store; other platforms' manifests are not.</param>
/// <param name="Descriptor">The manifest's.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Config">The image config.</param>
/// <param name="Layers">Bottom first, in the order of the manifest.</param>
public sealed record ImportedImage(SourceImage Source, Descriptor Root, Descriptor Descriptor, Manifest Manifest, ImageConfig Config, IReadOnlyList<ImportedLayer> Layers);

/// <summary>A layer in the store.</summary>
/// <param name="Descriptor">The blob, compressed or not.</param>
/// <param name="DiffId">The digest of the uncompressed bytes, as found.</param>
public sealed record ImportedLayer(Descriptor Descriptor, Digest DiffId);

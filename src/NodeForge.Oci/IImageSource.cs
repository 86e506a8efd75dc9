namespace NodeForge.Oci;

/// <summary>Where images are: a layout, an archive, an engine, a registry, a store. Nothing of what it gives is believed before it is
/// checked.</summary>
/// <remarks>What is read from all sources alike, images of a name and a platform above all, is in <see cref="ImageReading"/>.</remarks>
public interface IImageSource
{
    /// <summary>The folder, file, engine or registry, for messages.</summary>
    string Place { get; }

    /// <summary>The images in it, in its own order. Only the list is read.</summary>
    ValueTask<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken);

    /// <summary>What an entry of the list stands for: the manifest, or the index of several platforms. A layout may name several manifests
    /// alike, each with its platform: another
    /// way to write an index.</summary>
    /// <exception cref="NodeForgeException">What is wrong with this image alone.</exception>
    ValueTask<IReadOnlyList<Descriptor>> RootsAsync(ImageEntry entry, CancellationToken cancellationToken);

    /// <summary>The length of a document or layer, in bytes, as it lies; null when it is not there. A source that would have to ask
    /// somebody believes the descriptor.</summary>
    ValueTask<long?> SizeOfAsync(Descriptor blob, CancellationToken cancellationToken);

    /// <summary>Opens a document or layer that is there, as it lies: its digest is the reader's to check.</summary>
    ValueTask<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken);

    /// <summary>The manifests that are attached to a manifest or index: those that name it as their subject, and those under cosign's tags
    /// (<see cref="ReferrerTags"/>).</summary>
    /// <returns>Null where a source can keep none.</returns>
    ValueTask<IReadOnlyList<Referrer>?> ReferrersAsync(Descriptor subject, CancellationToken cancellationToken) =>
        new((IReadOnlyList<Referrer>?)null);

    /// <summary>The store that has every layer, where it is one whose blobs are believed; null for a source from elsewhere.</summary>
    BlobStore? Sound => null;

    /// <summary>Whether it names a layer by its digest. Where it does not, the digest follows from the diff ID, and other bytes are another
    /// layer than the image config says.</summary>
    bool IsNamed(Descriptor layer) => true;

    /// <summary>How messages name a document or layer of it.</summary>
    string DetailOf(Descriptor blob) => $"{blob.MediaType} {blob.Digest}";
}

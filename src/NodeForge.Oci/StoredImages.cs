namespace NodeForge.Oci;

/// <summary>Images of a store, whose blobs are believed as far as the store believes them.</summary>
public sealed class StoredImages(BlobStore store) : IImageSource
{
    private readonly List<(ImageEntry Entry, Descriptor Root)> entries = [];

    public string Place => "store";

    public BlobStore Sound => store;

    /// <summary>Every image under a manifest or index of a store.</summary>
    /// <param name="store">Has every blob.</param>
    /// <param name="root">The manifest or index.</param>
    /// <param name="reference">A full name; null for none.</param>
    /// <param name="tag">A name within a layout; null for none.</param>
    /// <exception cref="NodeForgeException">As <see cref="ImageReading.OpenAllAsync"/>.</exception>
    public static IReadOnlyList<Image> Of(BlobStore store, Descriptor root, ImageReference? reference = null, string? tag = null)
    {
        StoredImages source = new(store);
        // A few small files of this machine.
        return source.OpenAllAsync(source.Add(root, reference, tag), CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Lists an image.</summary>
    public ImageEntry Add(Descriptor root, ImageReference? reference = null, string? tag = null)
    {
        ImageEntry entry = new(root.Digest.ToString(), reference is null ? [] : [reference], tag);
        entries.Add((entry, root));
        return entry;
    }

    public ValueTask<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) =>
        new([.. entries.Select(listed => listed.Entry)]);

    public ValueTask<IReadOnlyList<Descriptor>> RootsAsync(ImageEntry entry, CancellationToken cancellationToken) =>
        new([entries.First(listed => listed.Entry.Content == entry.Content).Root]);

    public ValueTask<long?> SizeOfAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        long? size = store.SizeOf(blob.Digest);
        if (size is not null && size != blob.Size)
            store.RequireSound(blob.Digest); // a cache's own damage is nothing that the image is to be blamed for
        return new(size);
    }

    public ValueTask<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) => new(store.OpenRead(blob.Digest));
}

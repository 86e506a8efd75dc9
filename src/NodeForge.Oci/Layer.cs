namespace NodeForge.Oci;

/// <summary>A layer of an image, wherever it lies.</summary>
/// <param name="Descriptor">What its bytes have to be, compressed or not.</param>
/// <param name="DiffId">The digest of what they have to unpack to.</param>
/// <param name="Where">Where it lies, for messages.</param>
/// <param name="OpenRawAsync">Opens the bytes as they lie, for whoever hashes them on the way; <see cref="OpenAsync"/> is for everybody
/// else.</param>
public sealed record Layer(Descriptor Descriptor, Digest DiffId, Location Where, Func<CancellationToken, ValueTask<Stream>> OpenRawAsync)
{
    /// <summary>The store that has the blob, sound, so that others on its file system can link it; null for a layer that nobody has checked
    /// yet.</summary>
    public BlobStore? Store { get; init; }

    /// <summary>Whether its source names it by its digest (<see cref="IImageSource.IsNamed"/>).</summary>
    public bool IsNamed { get; init; } = true;

    /// <summary>What its bytes go through where they are opened to be believed; null for nothing.</summary>
    internal Func<Stream, Stream>? Through { get; init; }

    /// <summary>What made it, for people; empty where nobody says.</summary>
    public string Title { get; init; } = "";

    /// <summary>Opens its bytes. Whoever comes to their end has the right ones: the stream fails before it gives the last of wrong
    /// bytes.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>, here or while reading, and what the source fails
    /// with.</exception>
    public async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        Stream content = await OpenVerifiedAsync(cancellationToken).ConfigureAwait(false);
        return Through is null ? content : Through(content);
    }

    private async ValueTask<Stream> OpenVerifiedAsync(CancellationToken cancellationToken) =>
        Store is { } store
            ? store.OpenVerified(Descriptor.Digest, Descriptor.Size)
            : new VerifyingStream(
                await OpenRawAsync(cancellationToken).ConfigureAwait(false),
                Descriptor.Digest,
                Descriptor.Size,
                Where.ToString()
            );

    /// <summary>A layer of a store.</summary>
    public static Layer Of(BlobStore store, Descriptor descriptor, Digest diffId) =>
        new(descriptor, diffId, new(store.PathOf(descriptor.Digest)), _ => new(store.OpenRead(descriptor.Digest))) { Store = store };

    /// <summary>Fails where the store that had the layer has it no longer: before anything is written of its image.</summary>
    internal void RequirePresent(string image)
    {
        if (Store is { } store && store.SizeOf(Descriptor.Digest) is null)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageBlobMissing, "the image names a blob that is not there")
                {
                    Where = new(image, Detail: $"{Descriptor.MediaType} {Descriptor.Digest}"),
                    Hint = "get a whole copy of the image",
                }
            );
    }

    /// <summary>A document as a blob among layers, for whoever moves both alike.</summary>
    public static Layer Of(RawDocument document) =>
        new(
            document.Descriptor,
            document.Descriptor.Digest,
            new(document.Descriptor.Digest.ToString()),
            _ => new(new MemoryStream(document.Bytes.ToArray(), writable: false))
        );
}

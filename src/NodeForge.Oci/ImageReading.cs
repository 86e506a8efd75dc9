namespace NodeForge.Oci;

/// <summary>Reads images of every source alike: one walk from a name to its manifests, whatever the documents lie in.</summary>
public static class ImageReading
{
    /// <summary>The entry of a name: a tag of the layout or a reference; null where there is one image. An only image without any name is
    /// called as it is asked for.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageNotFound"/>, and what the list cannot be read for.</exception>
    public static async ValueTask<ImageEntry> FindAsync(this IImageSource source, string? name, CancellationToken cancellationToken)
    {
        IReadOnlyList<ImageEntry> entries = await source.ListAsync(cancellationToken).ConfigureAwait(false);
        ImageReference? reference = null;
        ImageEntry[] found =
            name is null ? [.. entries]
            : ImageReference.TryParse(name, out reference) ? [.. entries.Where(image => image.References.Contains(reference))]
            : [];
        if (found.Length == 0 && name is not null)
            found = [.. entries.Where(image => image.Tag == name)];
        if (found.Length == 0 && name is not null && entries is [{ References: [], Tag: null } nameless])
            return nameless with { References = reference is null ? [] : [reference], Tag = reference is null ? name : null };
        if (found.Length == 1 || (found.Length > 1 && found.DistinctBy(entry => entry.Content).Count() == 1))
            return found[0];
        string[] names =
        [
            .. (found.Length > 1 ? found : entries).Select(image => image.DisplayName).Distinct().Order(StringComparer.Ordinal),
        ];
        throw new NodeForgeException(
            new Diagnostic(
                ErrorCodes.ImageNotFound,
                found.Length > 1 ? "there are several images, and it is not said which" : "there is no image of this name"
            )
            {
                Where = new(source.Place, Detail: name),
                Got = names.Length == 0 ? "no image" : string.Join(" ", names.Take(20)) + (names.Length > 20 ? " …" : ""),
                Hint = "name one of them",
            }
        );
    }

    /// <summary>The image of a name for a platform; its documents are read and checked, and its layers are there with their
    /// sizes.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageNotFound"/>, and as
    /// <see cref="OpenAsync"/>.</exception>
    public static async ValueTask<Image> FindAsync(
        this IImageSource source,
        string? name,
        Platform platform,
        CancellationToken cancellationToken
    ) =>
        await source
            .OpenAsync(await source.FindAsync(name, cancellationToken).ConfigureAwait(false), platform, cancellationToken)
            .ConfigureAwait(false);

    /// <summary>An entry's image for a platform.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PlatformMissing"/>, <see cref="ErrorCodes.ImageBlobMissing"/>,
    /// <see cref="ErrorCodes.ImageBlobMismatch"/>, <see cref="ErrorCodes.InvalidImageDocument"/>,
    /// <see cref="ErrorCodes.DiffIdMismatch"/>: another number of layers than of diff IDs. What is wrong with a layer's bytes is told when
    /// they are read.</exception>
    public static async ValueTask<Image> OpenAsync(
        this IImageSource source,
        ImageEntry entry,
        Platform platform,
        CancellationToken cancellationToken
    )
    {
        ImageWalk walk = await ImageWalk.BeginAsync(source, entry, cancellationToken).ConfigureAwait(false);
        return await walk.FindAsync(platform, cancellationToken).ConfigureAwait(false)
            ?? throw await walk.MissingAsync(platform, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Every image of an entry, in the order of its index: the platforms that are there. Attestations, which are for no platform,
    /// are none.</summary>
    /// <exception cref="NodeForgeException">As <see cref="OpenAsync"/>, but for a platform.</exception>
    public static async ValueTask<IReadOnlyList<Image>> OpenAllAsync(
        this IImageSource source,
        ImageEntry entry,
        CancellationToken cancellationToken
    )
    {
        ImageWalk walk = await ImageWalk.BeginAsync(source, entry, cancellationToken).ConfigureAwait(false);
        return await walk.AllAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A manifest, index or config, checked.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageBlobMissing"/>, <see cref="ErrorCodes.ImageBlobMismatch"/>;
    /// <see cref="ErrorCodes.InvalidImageDocument"/> for one that is too long.</exception>
    public static async ValueTask<RawDocument> ReadDocumentAsync(
        this IImageSource source,
        Descriptor descriptor,
        Location where,
        CancellationToken cancellationToken
    )
    {
        await source.CheckAsync(descriptor, where, cancellationToken).ConfigureAwait(false);
        Location here = where with { Detail = source.DetailOf(descriptor) };
        if (descriptor.Size > ImageDocument.MaxBytes)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidImageDocument, $"the document is longer than {ImageDocument.MaxBytes} bytes")
                {
                    Where = here,
                    Got = $"{descriptor.Size} bytes",
                    Hint = ErrorCodes.InvalidImageDocument.Remedy,
                }
            );
        byte[] bytes = new byte[descriptor.Size];
        Stream content = await source.OpenAsync(descriptor, cancellationToken).ConfigureAwait(false);
        int length;
        await using (content.ConfigureAwait(false))
            length = await content
                .ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
        Digest digest = Digest.Of(bytes.AsSpan(0, length));
        return digest == descriptor.Digest
            ? new(descriptor, bytes)
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageBlobMismatch, "the blob is not what its name says")
                {
                    Where = here,
                    Got = digest.ToString(),
                    Want = descriptor.Digest.ToString(),
                    Hint = ErrorCodes.ImageBlobMismatch.Remedy,
                }
            );
    }

    /// <summary>Fails where a blob is missing or not as long as its descriptor says.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageBlobMissing"/>,
    /// <see cref="ErrorCodes.ImageBlobMismatch"/>.</exception>
    public static async ValueTask CheckAsync(
        this IImageSource source,
        Descriptor descriptor,
        Location where,
        CancellationToken cancellationToken
    )
    {
        Location here = where with { Detail = source.DetailOf(descriptor) };
        long size =
            await source.SizeOfAsync(descriptor, cancellationToken).ConfigureAwait(false)
            ?? throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageBlobMissing, "the image names a blob that is not there")
                {
                    Where = here,
                    Hint = "get a whole copy of the image",
                }
            );
        if (size != descriptor.Size)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageBlobMismatch, "the blob does not have the size that the image names")
                {
                    Where = here,
                    Got = $"{size} bytes",
                    Want = $"{descriptor.Size} bytes",
                    Hint = ErrorCodes.ImageBlobMismatch.Remedy,
                }
            );
    }
}

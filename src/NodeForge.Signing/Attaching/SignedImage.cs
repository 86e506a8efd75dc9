using NodeForge.Oci;

namespace NodeForge.Signing.Attaching;

/// <summary>The documents of an image that are signed: its index and every manifest that is there, so that whoever has one platform alone
/// can verify it too.</summary>
/// <param name="Name">The repository, for cosign's payload; empty where it has none.</param>
/// <param name="Images">A platform each.</param>
public sealed record SignedImage(string Name, IReadOnlyList<Image> Images)
{
    /// <summary>Indexes first.</summary>
    public IReadOnlyList<Descriptor> Documents { get; } =
    [
        .. Images
            .SelectMany(image => image.Indexes.Select(index => index.Descriptor))
            .Concat(Images.Select(image => image.Descriptor))
            .DistinctBy(document => document.Digest),
    ];

    /// <summary>Reads the documents of one image; of its layers nothing.</summary>
    /// <param name="source">Has it.</param>
    /// <param name="name">Its name; null where there is one image.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">As <see cref="ImageReading.OpenAllAsync"/>; <see cref="ErrorCodes.ImageNotFound"/>;
    /// <see cref="ErrorCodes.PlatformMissing"/>: none of its platforms is there.</exception>
    public static async Task<SignedImage> ReadAsync(IImageSource source, string? name, CancellationToken cancellationToken) =>
        await ReadAsync(source, await source.FindAsync(name, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Every image of a source, or the one of a name.</summary>
    /// <param name="source">Has them.</param>
    /// <param name="name">One of them; null for all.</param>
    /// <param name="skipsUnreadable">Leaves out those that cannot be opened: whoever asks says of those what is wrong with them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">As <see cref="ReadAsync(IImageSource, string?, CancellationToken)"/>.</exception>
    public static async Task<IReadOnlyList<SignedImage>> ReadAllAsync(
        IImageSource source,
        string? name,
        bool skipsUnreadable,
        CancellationToken cancellationToken
    )
    {
        List<SignedImage> images = [];
        IReadOnlyList<ImageEntry> entries = name is null
            ? await source.ListAsync(cancellationToken).ConfigureAwait(false)
            : [await source.FindAsync(name, cancellationToken).ConfigureAwait(false)];
        foreach (ImageEntry entry in entries)
        {
            try
            {
                images.Add(await ReadAsync(source, entry, cancellationToken).ConfigureAwait(false));
            }
            catch (NodeForgeException) when (skipsUnreadable) { }
        }

        return images;
    }

    private static async Task<SignedImage> ReadAsync(IImageSource source, ImageEntry entry, CancellationToken cancellationToken)
    {
        IReadOnlyList<Image> images = await source.OpenAllAsync(entry, cancellationToken).ConfigureAwait(false);
        if (images.Count == 0)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.PlatformMissing, "the image is there for no platform")
                {
                    Where = new($"{source.Place}, {entry.DisplayName}"),
                    Hint = ErrorCodes.PlatformMissing.Remedy,
                }
            );
        return new(entry.References is [ImageReference first, ..] ? first.Name : "", images);
    }
}

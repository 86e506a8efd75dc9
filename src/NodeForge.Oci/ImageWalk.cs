namespace NodeForge.Oci;

/// <summary>The way from an entry of a source to its images, through as many indexes as it takes.</summary>
internal sealed class ImageWalk
{
    private const int Deepest = 8;

    // As many documents as one look for an image may read: indexes that name each other many times would cost for ever.
    private const int MostDocuments = 10_000;
    private readonly IImageSource source;
    private readonly ImageEntry entry;
    private readonly IReadOnlyList<Descriptor> roots;
    private readonly Location where;
    private int read;

    private ImageWalk(IImageSource source, ImageEntry entry, IReadOnlyList<Descriptor> roots)
    {
        this.source = source;
        this.entry = entry;
        this.roots = roots;
        where = new($"{source.Place}, {entry.DisplayName}");
    }

    public static async ValueTask<ImageWalk> BeginAsync(IImageSource source, ImageEntry entry, CancellationToken cancellationToken) =>
        new(source, entry, await source.RootsAsync(entry, cancellationToken).ConfigureAwait(false));

    /// <returns>Null when it is not there for the platform.</returns>
    public ValueTask<Image?> FindAsync(Platform platform, CancellationToken cancellationToken) =>
        FindAsync(roots, platform, [], cancellationToken);

    /// <summary>The error for a platform that is not there, with those that are.</summary>
    public async ValueTask<NodeForgeException> MissingAsync(Platform platform, CancellationToken cancellationToken)
    {
        List<Platform> offered = [];
        read = 0;
        await OfferedAsync(roots, offered, 0, cancellationToken).ConfigureAwait(false);
        return PlatformChoice.Missing(At(roots[0]), platform, offered);
    }

    public async ValueTask<IReadOnlyList<Image>> AllAsync(CancellationToken cancellationToken)
    {
        List<Image> images = [];
        await AddAllAsync(roots, [], images, cancellationToken).ConfigureAwait(false);
        return images;
    }

    private async ValueTask<Image?> FindAsync(
        IReadOnlyList<Descriptor> manifests,
        Platform platform,
        IReadOnlyList<RawDocument> indexes,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Descriptor> candidates = manifests is [Descriptor only] ? [only] : PlatformChoice.Candidates(manifests, platform);
        foreach (Descriptor candidate in await PresentAsync(candidates, manifests, cancellationToken).ConfigureAwait(false))
        {
            RawDocument document = await ReadAsync(candidate, indexes.Count, cancellationToken).ConfigureAwait(false);
            Image? found = document.IsIndex
                ? await FindAsync(
                        ImageDocument.ReadIndex(document.Bytes, At(candidate)).Manifests,
                        platform,
                        [.. indexes, document],
                        cancellationToken
                    )
                    .ConfigureAwait(false)
                : await OpenAsync(document, platform, indexes, cancellationToken).ConfigureAwait(false);
            if (found is not null)
                return found;
        }

        return null;
    }

    private async ValueTask AddAllAsync(
        IReadOnlyList<Descriptor> manifests,
        IReadOnlyList<RawDocument> indexes,
        List<Image> images,
        CancellationToken cancellationToken
    )
    {
        foreach (
            Descriptor child in await PresentAsync(
                    [.. manifests.Where(child => child.Platform?.Os != PlatformChoice.Nobodys)],
                    manifests,
                    cancellationToken
                )
                .ConfigureAwait(false)
        )
        {
            RawDocument document = await ReadAsync(child, indexes.Count, cancellationToken).ConfigureAwait(false);
            if (document.IsIndex)
                await AddAllAsync(
                        ImageDocument.ReadIndex(document.Bytes, At(child)).Manifests,
                        [.. indexes, document],
                        images,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
            else if (!images.Any(image => image.Descriptor.Digest == child.Digest))
                images.Add((await OpenAsync(document, platform: null, indexes, cancellationToken).ConfigureAwait(false))!);
        }
    }

    private async ValueTask<Image?> OpenAsync(
        RawDocument document,
        Platform? platform,
        IReadOnlyList<RawDocument> indexes,
        CancellationToken cancellationToken
    )
    {
        Manifest manifest = ImageDocument.ReadManifest(document.Bytes, At(document.Descriptor));
        RawDocument rawConfig = await ReadAsync(manifest.Config, indexes.Count, cancellationToken).ConfigureAwait(false);
        ImageConfig config = ImageDocument.ReadConfig(rawConfig.Bytes, At(manifest.Config));
        // The variant of an index entry is often missing in the config, and the entry is what was chosen by.
        bool serves =
            platform is null
            || platform.Accepts(config.Platform)
            || (
                document.Descriptor.Platform is { } stated
                && platform.Accepts(stated)
                && config.Os == platform.Os
                && config.Architecture == platform.Architecture
            );
        if (!serves)
            return null;
        if (manifest.Layers.Count != config.RootFs.DiffIds.Count)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.DiffIdMismatch, "the manifest has another number of layers than the image config has diff IDs")
                {
                    Where = where,
                    Got = Quantity.Of(manifest.Layers.Count, "layer"),
                    Want = $"{config.RootFs.DiffIds.Count}",
                    Hint = ErrorCodes.DiffIdMismatch.Remedy,
                }
            );
        foreach (Descriptor layer in manifest.Layers)
            await source.CheckAsync(layer, where, cancellationToken).ConfigureAwait(false);
        return new(document, manifest, rawConfig, config, LayersOf(manifest, config))
        {
            References = entry.References,
            Tag = entry.Tag,
            Indexes = indexes,
        };
    }

    private Layer[] LayersOf(Manifest manifest, ImageConfig config)
    {
        HistoryEntry[] history = [.. (config.History ?? []).Where(entry => entry.EmptyLayer != true)];
        return
        [
            .. manifest.Layers.Select(
                (layer, index) =>
                    new Layer(
                        layer,
                        config.RootFs.DiffIds[index],
                        At(layer),
                        cancellationToken => source.OpenAsync(layer, cancellationToken)
                    )
                    {
                        Store = source.Sound,
                        IsNamed = source.IsNamed(layer),
                        Title = index < history.Length ? history[index].CreatedBy ?? "" : "",
                    }
            ),
        ];
    }

    // Who copies one platform of an image keeps the index as it is: the others are named in it, and not there.
    private async ValueTask<List<Descriptor>> PresentAsync(
        IReadOnlyList<Descriptor> wanted,
        IReadOnlyList<Descriptor> all,
        CancellationToken cancellationToken
    )
    {
        List<Descriptor> present = [];
        foreach (Descriptor document in wanted)
        {
            if (await IsThereAsync(document, cancellationToken).ConfigureAwait(false))
                present.Add(document);
        }

        if (present.Count == wanted.Count)
            return present;
        foreach (Descriptor document in all)
        {
            if (await IsThereAsync(document, cancellationToken).ConfigureAwait(false))
                return present;
        }

        return [.. wanted];
    }

    private async ValueTask<bool> IsThereAsync(Descriptor document, CancellationToken cancellationToken) =>
        await source.SizeOfAsync(document, cancellationToken).ConfigureAwait(false) is not null;

    private async ValueTask OfferedAsync(
        IReadOnlyList<Descriptor> manifests,
        List<Platform> offered,
        int depth,
        CancellationToken cancellationToken
    )
    {
        foreach (Descriptor child in manifests)
        {
            if (!await IsThereAsync(child, cancellationToken).ConfigureAwait(false))
                continue;
            if (MediaTypes.IsIndex(child.MediaType) && depth < Deepest)
            {
                RawDocument index = await ReadAsync(child, depth, cancellationToken).ConfigureAwait(false);
                await OfferedAsync(ImageDocument.ReadIndex(index.Bytes, At(child)).Manifests, offered, depth + 1, cancellationToken)
                    .ConfigureAwait(false);
            }
            else if (child.Platform is { } stated)
                offered.Add(stated);
            else
            {
                RawDocument document = await ReadAsync(child, depth, cancellationToken).ConfigureAwait(false);
                Descriptor config = ImageDocument.ReadManifest(document.Bytes, At(child)).Config;
                offered.Add(
                    ImageDocument
                        .ReadConfig((await ReadAsync(config, depth, cancellationToken).ConfigureAwait(false)).Bytes, At(config))
                        .Platform
                );
            }
        }
    }

    private ValueTask<RawDocument> ReadAsync(Descriptor document, int depth, CancellationToken cancellationToken)
    {
        if (depth > Deepest)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidImageDocument, $"indexes lead to indexes, more than {Deepest} deep") { Where = where }
            );
        return ++read <= MostDocuments
            ? source.ReadDocumentAsync(document, where, cancellationToken)
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidImageDocument, $"the index leads to more than {MostDocuments} documents")
                {
                    Where = At(document),
                }
            );
    }

    private Location At(Descriptor descriptor) => where with { Detail = source.DetailOf(descriptor) };
}

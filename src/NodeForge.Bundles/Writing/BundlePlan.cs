using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Writing;

/// <summary>An image that is to be bundled: one name, and the platforms that are there.</summary>
/// <param name="Platforms">At least one; they share names and index.</param>
/// <param name="Reason">Why it is in the bundle.</param>
public sealed record ImageToBundle(IReadOnlyList<PlatformToBundle> Platforms, string Reason);

/// <param name="Image">Of any source; its layers are read when the bundle is written.</param>
/// <param name="Kubernetes">Of a node image its version; null for every other image.</param>
/// <param name="Components">What a node image says that it is made of.</param>
public sealed record PlatformToBundle(Image Image, string? Kubernetes, IReadOnlyList<BundledComponent> Components);

/// <param name="Path">Where it is, absolute.</param>
/// <param name="Kind">As in <see cref="BundledItem"/>.</param>
/// <param name="Reason">Why it is in the bundle.</param>
public sealed record FileToBundle(string Path, string Kind, string Reason);

/// <summary>What a bundle will have in it, known before anything of it is written.</summary>
public sealed class BundlePlan
{
    private readonly Dictionary<Digest, PlannedBlob> blobs = [];
    private readonly List<PlannedBlob> order = [];

    private BundlePlan() { }

    /// <summary>What another bundle is known to have: an index, and a blob for each that it lists.</summary>
    internal BundlePlan(BundleIndex index, IReadOnlyList<PlannedBlob> blobs)
    {
        Index = index;
        order.AddRange(blobs);
    }

    public BundleIndex Index { get; private set; } = null!;

    internal IReadOnlyList<PlannedBlob> Blobs => order;

    /// <summary>Lists images and files. Files are hashed here, since the index names their digests and stands before them; they are read
    /// again when they are written.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleContentRefused"/>, <see cref="ErrorCodes.ImageNameCollision"/>,
    /// <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public static BundlePlan Create(IReadOnlyList<ImageToBundle> images, IReadOnlyList<FileToBundle> files)
    {
        if (images.Count == 0)
            throw Refused("there is no image to bundle", null, "name at least one");
        BundlePlan plan = new();
        // By name, so that the order in which they were named changes nothing; one that was named twice is there once.
        ImageToBundle[] sorted =
        [
            .. images
                .OrderBy(image => image.Platforms[0].Image.Name, StringComparer.Ordinal)
                .ThenBy(image => image.Platforms[0].Image.Root.Digest)
                .DistinctBy(image => (image.Platforms[0].Image.Name, image.Platforms[0].Image.Root.Digest)),
        ];
        BundledImage[] listed = [.. sorted.Select(Describe)];
        RefuseSharedNames(listed);
        foreach (Image image in Images(sorted))
            plan.AddDocuments(image);
        Artifact[] attached =
        [
            .. Artifact
                .Of(Images(sorted))
                .OrderBy(artifact => artifact.Subject.Digest)
                .ThenBy(artifact => artifact.Identity.Manifest)
                .ThenBy(artifact => artifact.Tag, StringComparer.Ordinal),
        ];
        foreach (Artifact artifact in attached)
            plan.Add(artifact.Manifest);
        foreach (Layer blob in attached.SelectMany(artifact => artifact.Blobs))
            plan.Add(blob);
        plan.AddLayers([.. Images(sorted).SelectMany(image => image.Layers)]);
        BundledItem[] items =
        [
            .. files
                .Select(plan.AddFile)
                .OrderBy(item => item.Kind, StringComparer.Ordinal)
                .ThenBy(item => item.Name, StringComparer.Ordinal),
        ];
        RefuseSharedNames(items);
        plan.Index = new()
        {
            Images = listed,
            Items = items,
            Referrers = attached.All(artifact => artifact.IsInIndex)
                ? null
                : [.. attached.Where(artifact => !artifact.IsInIndex).Select(Describe)],
            Components = [.. sorted.SelectMany(image => image.Platforms).SelectMany(platform => platform.Components).Distinct()],
            Blobs =
            [
                .. plan.order.Select(blob => new BundledBlob(blob.Descriptor.Digest, blob.Descriptor.Size, blob.Descriptor.MediaType)),
            ],
        };
        // What its reader would refuse is told here, where somebody can do something about it.
        return IndexCheck.Problem(plan.Index) is { } problem
            ? throw new NodeForgeException(
                new Diagnostic(ErrorCodes.BundleContentRefused, "what an image says of itself cannot be carried")
                {
                    Where = new(string.Join(", ", plan.Index.Images.Select(image => image.DisplayName))),
                    Got = Printable.Escape(problem),
                    Want = "blobs of known sizes, each once in a manifest, under media types of printable ASCII",
                    Hint = "have the image made again",
                }
            )
            : plan;
    }

    private static IEnumerable<Image> Images(IEnumerable<ImageToBundle> images) =>
        images.SelectMany(image => image.Platforms).Select(platform => platform.Image);

    private static BundledImage Describe(ImageToBundle image)
    {
        Image first = image.Platforms[0].Image;
        Descriptor[] roots = [.. image.Platforms.Select(platform => RootOf(platform.Image)).DistinctBy(root => root.Digest)];
        return new(
            [.. first.References.Select(reference => reference.ToString())],
            roots,
            [
                .. image.Platforms.Select(platform => new BundledPlatform(
                    platform.Image.Platform.ToString(),
                    platform.Image.Descriptor.Digest,
                    platform.Image.Id,
                    [.. BlobsOf(platform.Image).Distinct()],
                    platform.Kubernetes
                )),
            ],
            image.Reason,
            first.Tag
        );
    }

    private static BundledReferrer Describe(Artifact artifact) =>
        new(
            artifact.Subject.Digest,
            artifact.Manifest.Descriptor with
            {
                ArtifactType = artifact.Type,
                Annotations = artifact.Annotations,
            },
            [.. artifact.Digests],
            artifact.Tag
        );

    // Of several manifests under one name each says whose it is.
    private static Descriptor RootOf(Image image) =>
        new(image.Root.MediaType, image.Root.Digest, image.Root.Size) { Platform = image.Indexes.Count == 0 ? image.Platform : null };

    private static IEnumerable<Digest> BlobsOf(Image image) =>
        [
            .. image.Indexes.Select(index => index.Descriptor.Digest),
            image.Descriptor.Digest,
            image.Id,
            .. image.Layers.Select(layer => layer.Descriptor.Digest),
            .. image.Attached.Where(artifact => artifact.IsInIndex).SelectMany(artifact => artifact.Digests),
        ];

    // Whoever reads the bundle as a stream has every document before the first layer.
    private void AddDocuments(Image image)
    {
        foreach (RawDocument document in (RawDocument[])[.. image.Indexes, image.RawManifest, image.RawConfig])
            Add(document);
    }

    private void Add(RawDocument document) =>
        Add(new PlannedBlob(document.Descriptor, Compress: true, _ => new(new MemoryStream(document.Bytes.ToArray(), writable: false))));

    // A blob of several images is read once, and unpacks to one thing.
    private void AddLayers(IReadOnlyList<Layer> layers)
    {
        Dictionary<Digest, Digest> unpacked = [];
        foreach (Layer layer in layers)
        {
            if (unpacked.TryGetValue(layer.Descriptor.Digest, out Digest other) && other != layer.DiffId)
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.DiffIdMismatch, "two images say different things of what a layer unpacks to")
                    {
                        Where = layer.Where,
                        Got = layer.DiffId.ToString(),
                        Want = other.ToString(),
                        Hint = ErrorCodes.DiffIdMismatch.Remedy,
                    }
                );
            unpacked[layer.Descriptor.Digest] = layer.DiffId;
            Add(layer);
        }
    }

    private void Add(Layer layer) =>
        Add(
            new PlannedBlob(
                layer.Descriptor,
                Decompression.OfMediaType(layer.Descriptor.MediaType) is not (LayerCompression.Gzip or LayerCompression.Zstd),
                layer.OpenAsync
            )
        );

    private BundledItem AddFile(FileToBundle file)
    {
        string name = Path.GetFileName(file.Path);
        if (!IndexCheck.IsPlainName(name))
            throw Refused("a file's name cannot be carried", file.Path, "rename it");
        using FileStream content = RegularFile.Open(file.Path);
        byte[] head = new byte[6];
        int length = content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        content.Position = 0;
        using HashingStream hash = new(Stream.Null);
        content.CopyTo(hash, 1 << 20);
        Descriptor descriptor = new("application/octet-stream", hash.Finish(), hash.Length);
        bool compress = Decompression.Detect(head.AsSpan(0, length)) == LayerCompression.None;
        Add(
            new PlannedBlob(
                descriptor,
                compress,
                _ => new(new VerifyingStream(RegularFile.Open(file.Path), descriptor.Digest, descriptor.Size, file.Path))
            )
        );
        return new(file.Kind, name, descriptor.Digest, descriptor.Size, Files.LocalPath.IsExecutable(file.Path), file.Reason);
    }

    private void Add(PlannedBlob blob)
    {
        if (blobs.TryAdd(blob.Descriptor.Digest, blob))
            order.Add(blob);
    }

    private static void RefuseSharedNames(IReadOnlyList<BundledImage> images)
    {
        foreach (
            IGrouping<string, BundledImage> name in images
                .SelectMany(image => image.Names.DefaultIfEmpty(image.DisplayName), (image, name) => (image, name))
                .GroupBy(pair => pair.name, pair => pair.image, StringComparer.Ordinal)
        )
        {
            if (name.Skip(1).Any())
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.ImageNameCollision, "one name would stand for two images of the bundle")
                    {
                        Where = new(name.Key),
                        Got = string.Join(" ", name.SelectMany(image => image.Roots).Select(root => root.Digest.ToString()).Distinct()),
                        Hint = "name each image once, and give different ones names of their own",
                    }
                );
        }
    }

    private static void RefuseSharedNames(IReadOnlyList<BundledItem> items)
    {
        if (items.GroupBy(item => item.Name, StringComparer.Ordinal).FirstOrDefault(name => name.Skip(1).Any()) is { } twice)
            throw Refused("two files have one name", twice.Key, "rename one of them");
        if (items.Count(item => item.Kind == BundledItem.ClusterFile) > 1)
            throw Refused("a bundle has one cluster file", null, "give the others with --file");
    }

    private static NodeForgeException Refused(string what, string? where, string hint) =>
        new(new Diagnostic(ErrorCodes.BundleContentRefused, what) { Where = where is null ? null : new(where), Hint = hint });
}

/// <param name="Compress">Whether it is worth to be compressed.</param>
/// <param name="OpenAsync">Its bytes, which fail before they give the last of wrong ones.</param>
internal sealed record PlannedBlob(Descriptor Descriptor, bool Compress, Func<CancellationToken, ValueTask<Stream>> OpenAsync)
{
    /// <summary>A bundle that has it, perhaps in the records that would be made of it; null for none.</summary>
    public BundleFile? LiesIn { get; init; }
}

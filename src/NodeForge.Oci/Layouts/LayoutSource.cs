using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layouts;

/// <summary>Images of an OCI layout, in a folder or an archive.</summary>
internal sealed class LayoutSource : ImageSource
{
    private const int Deepest = 8;
    // As many documents as one look for an image may read: indexes that name each other many times would cost for ever.
    private const int MostDocuments = 10_000;
    private readonly BlobSource blobs;
    private readonly IReadOnlyList<IReadOnlyList<Descriptor>> roots;

    private LayoutSource(string path, BlobSource blobs, ImageIndex index)
        : base(path)
    {
        this.blobs = blobs;
        IGrouping<string, Descriptor>[] groups = [.. index.Manifests.GroupBy(entry => ImageAnnotations.NameOf(entry) ?? ImageAnnotations.TagOf(entry) ?? entry.Digest.ToString(), StringComparer.Ordinal)];
        roots = [.. groups.Select(group => RootsOf(group, new(path, Detail: group.Key)))];
        Images = [.. groups.Select((group, position) => Describe(group.First(), position, path))];
    }

    public override IReadOnlyList<SourceImage> Images { get; }

    public static LayoutSource OfFolder(string folder)
    {
        OciLayout layout = OciLayout.Open(folder);
        return new(layout.Folder, new FolderBlobs(layout.Blobs), layout.Index);
    }

    public static LayoutSource OfArchive(ArchiveIndex archive)
    {
        byte[] marker = archive.ReadSmall(OciLayout.MarkerFile) ?? throw Missing(archive, OciLayout.MarkerFile);
        OciLayout.CheckMarker(marker, new(archive.Path, Detail: OciLayout.MarkerFile));
        byte[] index = archive.ReadSmall(OciLayout.IndexFile) ?? throw Missing(archive, OciLayout.IndexFile);
        return new(archive.Path, new ArchiveBlobs(archive), ImageDocument.ReadIndex(index, new(archive.Path, Detail: OciLayout.IndexFile)));
    }

    private static NodeForgeException Missing(ArchiveIndex archive, string file) => new(new Diagnostic(ErrorCodes.NotAnImageArchive, $"this is no oci-archive: it has no {file}")
    {
        Where = new(archive.Path),
        Mend = archive.Find("manifest.json") is null ? "name an archive that skopeo copy or docker save wrote" : "it looks like what docker save writes: docker-archive:FILE",
    });

    private static Descriptor[] RootsOf(IEnumerable<Descriptor> entries, Location where)
    {
        Descriptor[] distinct = [.. entries.DistinctBy(entry => entry.Digest)];
        // One name for several manifests is another way to write an index, as long as it says which is whose.
        if (distinct.Length > 1 && (distinct.Any(entry => entry.Platform is null) || distinct.DistinctBy(entry => entry.Platform).Count() < distinct.Length))
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageNameCollision, "one name of the index stands for several images") { Where = where, Got = string.Join(" ", distinct.Select(entry => entry.Digest.ToString())), Mend = ErrorCodes.ImageNameCollision.Remedy });
        return distinct;
    }

    private static SourceImage Describe(Descriptor entry, int position, string path)
    {
        string? tag = ImageAnnotations.TagOf(entry);
        List<ImageReference> references = [];
        if (ImageAnnotations.NameOf(entry) is { } name)
            references.Add(ReadName(name, new(path, Detail: $"{entry.MediaType} {entry.Digest}")));
        else if (tag is not null && tag.Contains('/', StringComparison.Ordinal) && ImageReference.TryParse(tag, out ImageReference? full))
            references.Add(full); // skopeo copy ... oci-archive:FILE:NAME puts the whole name here
        return new(references, tag) { Position = position };
    }

    private protected override string ContentOf(SourceImage image) => string.Join(" ", roots[image.Position].Select(root => root.Digest.ToString()));

    private protected override ImportedImage Import(SourceImage image, BlobStore store, Platform platform, CancellationToken cancellationToken)
    {
        Location where = new($"{Path}, {image.DisplayName}");
        List<byte[]> documents = [];
        ImageIndex all = new() { Manifests = roots[image.Position] };
        FoundImage found = Find(all, platform, where, new Search(documents), 0) ?? throw PlatformChoice.Missing(ImageTree.At(where, all.Manifests[0]), platform, Offered(all, where, new Search([]), 0));
        CheckPresent(found, where);
        LayerIntake intake = new(store, cancellationToken);
        List<ImportedLayer> layers = [];
        foreach ((Descriptor descriptor, Digest diffId) in found.Manifest.Layers.Zip(found.Config.RootFs.DiffIds))
        {
            ImportedLayer layer = intake.Take(() => blobs.Open(descriptor.Digest), descriptor, where);
            CheckDiffId(layer, diffId, ImageTree.At(where, descriptor));
            layers.Add(layer);
        }

        foreach (byte[] document in documents)
            store.Write(document);
        return new(image, found.Root, found.Descriptor, found.Manifest, found.Config, layers);
    }

    public override ViewedImage? View(SourceImage image, Platform platform)
    {
        Location where = new($"{Path}, {image.DisplayName}");
        if (Find(new() { Manifests = roots[image.Position] }, platform, where, new Search([]), 0) is not { } found)
            return null;
        CheckPresent(found, where);
        return new(image, found.Manifest.Config.Digest, found.Config,
            [.. found.Manifest.Layers.Zip(found.Config.RootFs.DiffIds, (layer, diffId) => new ViewedLayer(diffId, layer.Size, ImageTree.At(where, layer), () => blobs.Open(layer.Digest)))]);
    }

    private void CheckPresent(FoundImage found, Location where)
    {
        CheckLayers(found.Manifest.Layers, found.Config, where);
        foreach (Descriptor layer in found.Manifest.Layers)
            blobs.Check(layer, where);
    }

    private protected override OfferedImage Offer(SourceImage image, Platform platform, CancellationToken cancellationToken)
    {
        Location where = new($"{Path}, {image.DisplayName}");
        List<byte[]> documents = [];
        ImageIndex all = new() { Manifests = roots[image.Position] };
        FoundImage found = Find(all, platform, where, new Search(documents), 0) ?? throw PlatformChoice.Missing(ImageTree.At(where, all.Manifests[0]), platform, Offered(all, where, new Search([]), 0));
        CheckLayers(found.Manifest.Layers, found.Config, where);
        foreach (Descriptor layer in found.Manifest.Layers)
            blobs.Check(layer, where);
        // ReadImage leaves the config, Find the manifest after it.
        return new(image, found.Descriptor, documents[1], found.Manifest.Config, documents[0], [.. found.Manifest.Layers.Select(layer => new OfferedLayer(layer, () => Verifying(layer, where)))]);
    }

    private VerifyingStream Verifying(Descriptor layer, Location where) => new(blobs.Open(layer.Digest), layer.Digest, layer.Size, ImageTree.At(where, layer).ToString());

    private FoundImage? Find(ImageIndex index, Platform platform, Location where, Search search, int depth)
    {
        if (depth > Deepest)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageDocument, $"indexes lead to indexes, more than {Deepest} deep") { Where = where });
        IReadOnlyList<Descriptor> candidates = index.Manifests is [Descriptor only] ? [only] : PlatformChoice.Candidates(index.Manifests, platform);
        foreach (Descriptor candidate in candidates)
        {
            // Who copies one platform of an image keeps the index as it is: the others are named in it, and not there.
            if (IsAbsent(candidate) && !index.Manifests.All(IsAbsent))
                continue;
            byte[] bytes = Read(candidate, where, search);
            Location here = ImageTree.At(where, candidate);
            FoundImage? found = MediaTypes.IsIndex(candidate.MediaType)
                ? Find(ImageDocument.ReadIndex(bytes, here), platform, where, search, depth + 1) is { } under ? under with { Root = candidate } : null
                : ReadImage(candidate, bytes, platform, where, search);
            if (found is null)
                continue;
            search.Documents.Add(bytes);
            return found;
        }

        return null;
    }

    private bool IsAbsent(Descriptor document) => blobs.SizeOf(document.Digest) is null;

    private FoundImage? ReadImage(Descriptor descriptor, byte[] bytes, Platform platform, Location where, Search search)
    {
        Manifest manifest = ImageDocument.ReadManifest(bytes, ImageTree.At(where, descriptor));
        byte[] configBytes = Read(manifest.Config, where, search);
        ImageConfig config = ImageDocument.ReadConfig(configBytes, ImageTree.At(where, manifest.Config));
        // The variant of an index entry is often missing in the config, and the entry is what was chosen by.
        bool serves = platform.Accepts(config.Platform) || (descriptor.Platform is { } stated && platform.Accepts(stated) && config.Os == platform.Os && config.Architecture == platform.Architecture);
        if (!serves)
            return null;
        search.Documents.Add(configBytes);
        return new(descriptor, descriptor, manifest, config);
    }

    private IEnumerable<Platform> Offered(ImageIndex index, Location where, Search search, int depth)
    {
        foreach (Descriptor entry in index.Manifests.Where(entry => !IsAbsent(entry)))
        {
            if (MediaTypes.IsIndex(entry.MediaType) && depth < Deepest)
            {
                foreach (Platform platform in Offered(ImageDocument.ReadIndex(Read(entry, where, search), ImageTree.At(where, entry)), where, search, depth + 1))
                    yield return platform;
            }
            else if (entry.Platform is { } stated)
                yield return stated;
            else
            {
                Manifest manifest = ImageDocument.ReadManifest(Read(entry, where, search), ImageTree.At(where, entry));
                yield return ImageDocument.ReadConfig(Read(manifest.Config, where, search), ImageTree.At(where, manifest.Config)).Platform;
            }
        }
    }

    private byte[] Read(Descriptor document, Location where, Search search) => ++search.Read <= MostDocuments
        ? blobs.ReadDocument(document, where)
        : throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageDocument, $"the index leads to more than {MostDocuments} documents") { Where = ImageTree.At(where, document) });

    private sealed class Search(List<byte[]> documents)
    {
        public List<byte[]> Documents => documents;

        public int Read { get; set; }
    }

    private sealed record FoundImage(Descriptor Root, Descriptor Descriptor, Manifest Manifest, ImageConfig Config);
}

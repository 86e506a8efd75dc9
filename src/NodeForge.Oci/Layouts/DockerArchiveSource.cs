using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Layouts;

/// <summary>Images of what <c>docker save</c> writes. The manifests are made here, canonically: the format has none.</summary>
internal sealed class DockerArchiveSource : ImageSource
{
    private const string ManifestFile = "manifest.json";
    private readonly ArchiveIndex archive;
    private readonly IReadOnlyList<DockerArchiveManifest> manifests;

    private DockerArchiveSource(ArchiveIndex archive, IReadOnlyList<DockerArchiveManifest> manifests)
        : base(archive.Path)
    {
        this.archive = archive;
        this.manifests = manifests;
        Images = [.. manifests.Select((manifest, position) => new SourceImage([.. (manifest.RepoTags ?? []).Select(name => ReadName(name, new(archive.Path, Detail: $"{ManifestFile}, '{manifest.Config}'")))], null) { Position = position })];
        foreach (IGrouping<ImageReference, SourceImage> name in Images.SelectMany(image => image.References, (image, reference) => (image, reference)).GroupBy(pair => pair.reference, pair => pair.image))
        {
            if (name.Select(ContentOf).Distinct().Skip(1).Any())
                throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageNameCollision, "one name stands for several images") { Where = new(archive.Path, Detail: $"{ManifestFile}, {name.Key}"), Got = string.Join(" ", name.Select(ContentOf).Distinct()), Mend = ErrorCodes.ImageNameCollision.Remedy });
        }
    }

    public override IReadOnlyList<SourceImage> Images { get; }

    /// <summary>Whether docker's list of images is there.</summary>
    public static bool IsOne(ArchiveIndex archive) => archive.Find(ManifestFile) is not null;

    public static DockerArchiveSource Of(ArchiveIndex archive)
    {
        byte[] json = archive.ReadSmall(ManifestFile) ?? throw new NodeForgeException(new Diagnostic(ErrorCodes.NotAnImageArchive, $"this is no docker-archive: it has no {ManifestFile}")
        {
            Where = new(archive.Path),
            Mend = archive.Find(OciLayout.MarkerFile) is null ? "name an archive that docker save or skopeo copy wrote" : "it is an image layout: oci-archive:FILE",
        });
        return new(archive, DockerArchiveJson.Read(json, new(archive.Path, Detail: ManifestFile)));
    }

    private protected override string ContentOf(SourceImage image) => manifests[image.Position].Config;

    private protected override ImportedImage Import(SourceImage image, BlobStore store, Platform platform, CancellationToken cancellationToken)
    {
        DockerArchiveManifest source = manifests[image.Position];
        Location where = new($"{Path}, {image.DisplayName}");
        (byte[] configBytes, ImageConfig config) = ReadConfig(source, where);
        if (!platform.Accepts(config.Platform))
            throw PlatformChoice.Missing(where with { Detail = $"'{source.Config}'" }, platform, [config.Platform]);
        List<ImportedLayer> layers = TakeLayers(LayersOf(source, config, where), config, new LayerIntake(store, cancellationToken), where);
        Manifest manifest = new() { Config = new(MediaTypes.Config, store.Write(configBytes), configBytes.Length), Layers = [.. layers.Select(layer => layer.Descriptor)] };
        byte[] manifestBytes = OciJson.Write(manifest);
        Descriptor descriptor = new(MediaTypes.Manifest, store.Write(manifestBytes), manifestBytes.Length) { Platform = config.Platform };
        return new(image, descriptor, descriptor, manifest, config, layers);
    }

    public override ViewedImage? View(SourceImage image, Platform platform)
    {
        DockerArchiveManifest source = manifests[image.Position];
        Location where = new($"{Path}, {image.DisplayName}");
        (byte[] configBytes, ImageConfig config) = ReadConfig(source, where);
        if (!platform.Accepts(config.Platform))
            return null;
        return new(image, Digest.Of(configBytes), config,
            [.. LayersOf(source, config, where).Zip(config.RootFs.DiffIds, (entry, diffId) => new ViewedLayer(diffId, entry.Size, where with { Detail = $"entry {entry.Number}, '{entry.Path}'" }, () => archive.Open(entry)))]);
    }

    private protected override OfferedImage Offer(SourceImage image, Platform platform, CancellationToken cancellationToken)
    {
        DockerArchiveManifest source = manifests[image.Position];
        Location where = new($"{Path}, {image.DisplayName}");
        (byte[] configBytes, ImageConfig config) = ReadConfig(source, where);
        if (!platform.Accepts(config.Platform))
            throw PlatformChoice.Missing(where with { Detail = $"'{source.Config}'" }, platform, [config.Platform]);
        ArchiveIndexEntry[] entries = LayersOf(source, config, where);
        OfferedLayer[] layers = [.. entries.Zip(config.RootFs.DiffIds).Select(pair => OfferLayer(pair.First, pair.Second, where, cancellationToken))];
        Descriptor configDescriptor = new(MediaTypes.Config, Digest.Of(configBytes), configBytes.Length);
        byte[] manifest = OciJson.Write(new Manifest { Config = configDescriptor, Layers = [.. layers.Select(layer => layer.Descriptor)] });
        return new(image, new(MediaTypes.Manifest, Digest.Of(manifest), manifest.Length) { Platform = config.Platform }, manifest, configDescriptor, configBytes, layers);
    }

    // A plain layer's digest is its diff ID; a compressed one's is in its name, or has to be found out.
    private OfferedLayer OfferLayer(ArchiveIndexEntry entry, Digest diffId, Location where, CancellationToken cancellationToken)
    {
        Location here = where with { Detail = $"entry {entry.Number}, '{entry.Path}'" };
        LayerCompression compression = LayerIntake.CompressionOf(() => archive.Open(entry));
        Digest digest = compression == LayerCompression.None ? diffId : NamedDigest(entry.Path) ?? DigestOf(entry, cancellationToken);
        Descriptor descriptor = new(LayerIntake.MediaTypeOf(compression, here), digest, entry.Size);
        return new(descriptor, () => new VerifyingStream(archive.Open(entry), digest, entry.Size, here.ToString()));
    }

    private Digest DigestOf(ArchiveIndexEntry entry, CancellationToken cancellationToken)
    {
        using Stream content = archive.Open(entry);
        using HashingStream hash = new(Stream.Null);
        byte[] buffer = new byte[1 << 17];
        int read;
        while ((read = content.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.Write(buffer.AsSpan(0, read));
        }

        return hash.Finish();
    }

    private ArchiveIndexEntry[] LayersOf(DockerArchiveManifest source, ImageConfig config, Location where)
    {
        ArchiveIndexEntry[] entries = [.. (source.Layers ?? []).Select(path => Resolve(path, where))];
        return entries.Length == config.RootFs.DiffIds.Count ? entries
            : throw new NodeForgeException(new Diagnostic(ErrorCodes.DiffIdMismatch, $"{ManifestFile} has another number of layers than the image config has diff IDs") { Where = where, Got = $"{entries.Length} layers", Want = $"{config.RootFs.DiffIds.Count}", Mend = ErrorCodes.DiffIdMismatch.Remedy });
    }

    private List<ImportedLayer> TakeLayers(IReadOnlyList<ArchiveIndexEntry> entries, ImageConfig config, LayerIntake intake, Location where)
    {
        Dictionary<ArchiveIndexEntry, ImportedLayer> taken = [];
        List<ImportedLayer> layers = [];
        foreach ((ArchiveIndexEntry entry, Digest diffId) in entries.Zip(config.RootFs.DiffIds))
        {
            if (!taken.TryGetValue(entry, out ImportedLayer? layer))
                layer = taken[entry] = TakeLayer(entry, intake, where);

            CheckDiffId(layer, diffId, where with { Detail = $"entry {entry.Number}, '{entry.Path}'" });
            layers.Add(layer);
        }

        return layers;
    }

    private ImportedLayer TakeLayer(ArchiveIndexEntry entry, LayerIntake intake, Location where)
    {
        using Stream content = archive.Open(entry);
        return intake.Take(content, entry.Blob, NamedDigest(entry.Path), entry.Size, where with { Detail = $"entry {entry.Number}, '{entry.Path}'" });
    }

    private (byte[] Bytes, ImageConfig Config) ReadConfig(DockerArchiveManifest source, Location where)
    {
        ArchiveIndexEntry entry = Resolve(source.Config, where);
        byte[] bytes = archive.ReadSmall(entry.Path)!;
        Location here = where with { Detail = $"entry {entry.Number}, '{entry.Path}'" };
        Digest actual = Digest.Of(bytes);
        if (NamedDigest(entry.Path) is { } named && named != actual)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageBlobMismatch, "the image config is not what its name says") { Where = here, Got = actual.ToString(), Want = named.ToString(), Mend = ErrorCodes.ImageBlobMismatch.Remedy });
        return (bytes, ImageDocument.ReadConfig(bytes, here));
    }

    // docker before 25 wrote a layer once and links to it from the folders of other images' layers.
    private ArchiveIndexEntry Resolve(string path, Location where)
    {
        if (path.Length == 0 || path.StartsWith('/') || path.Split('/').Contains(".."))
            throw archive.Refuse(path, null, $"{ManifestFile} names a path that leads out of the archive", null);
        ArchiveIndexEntry? entry = archive.Find(path);
        if (entry is { LinkTarget: { } target })
        {
            entry = archive.Find(target);
            if (entry is not { LinkTarget: null })
                throw archive.Refuse(path, archive.Find(path)!.Number, "the link leads to no file of the archive", target);
        }

        return entry ?? throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageBlobMissing, "the image names a file that is not in the archive") { Where = where with { Detail = $"'{path}'" }, Mend = "get a whole copy of the archive" });
    }

    // "<hex>.json" of docker before 25 and skopeo's "<hex>.tar"; "blobs/sha256/<hex>" since.
    private static Digest? NamedDigest(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        bool named = path.StartsWith("blobs/sha256/", StringComparison.Ordinal) || (name == path && name.EndsWith(".json", StringComparison.Ordinal));
        return named && Digest.TryParse("sha256:" + name.Split('.')[0], out Digest digest) ? digest : null;
    }
}

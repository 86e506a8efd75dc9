using System.Collections.Concurrent;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Transports;

/// <summary>What <c>docker save</c> writes, as a source. The manifests are made here, canonically: the format has none.</summary>
public sealed class DockerArchive : IImageSource
{
    private const string ManifestFile = DockerArchiveManifest.File;
    private readonly ArchiveIndex archive;
    private readonly IReadOnlyList<(ImageEntry Entry, DockerArchiveManifest Manifest)> images;
    private readonly ConcurrentDictionary<Digest, (byte[]? Document, ArchiveIndexEntry? File, string Detail)> blobs = new();

    internal DockerArchive(ArchiveIndex archive)
    {
        this.archive = archive;
        byte[] json =
            archive.ReadSmall(ManifestFile)
            ?? throw new NodeForgeException(
                new Diagnostic(ErrorCodes.NotAnImageArchive, $"this is no docker-archive: it has no {ManifestFile}")
                {
                    Where = new(archive.Path),
                    Hint = archive.Find(OciLayout.MarkerFile) is null
                        ? "name an archive that docker save or skopeo copy wrote"
                        : "it is an image layout: oci-archive:FILE",
                }
            );
        images =
        [
            .. DockerArchiveJson.Read(json, new(archive.Path, Detail: ManifestFile)).Select(manifest => (EntryOf(manifest), manifest)),
        ];
        foreach (
            IGrouping<ImageReference, string> name in images
                .SelectMany(image => image.Entry.References, (image, reference) => (image, reference))
                .GroupBy(pair => pair.reference, pair => pair.image.Entry.Content)
        )
        {
            if (name.Distinct().Skip(1).Any())
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.ImageNameCollision, "one name stands for several images")
                    {
                        Where = new(archive.Path, Detail: $"{ManifestFile}, {name.Key}"),
                        Got = string.Join(" ", name.Distinct()),
                        Hint = ErrorCodes.ImageNameCollision.Remedy,
                    }
                );
        }
    }

    internal static TransportRoom Room { get; } =
        new("docker-archive", TransportForm.FileAndReference)
        {
            Open = (place, _, cancellationToken) => Task.Run<IImageSource>(() => Open(place.Path, cancellationToken), cancellationToken),
            Target = (place, host) => new DockerArchiveWriter.FileTarget(place.Path, host.Platform),
            LoadsZstd = false,
        };

    public string Place => archive.Path;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageArchive"/> and other NF51xx; NF41xx for a damaged
    /// archive.</exception>
    public static DockerArchive Open(string file, CancellationToken cancellationToken) => new(ArchiveIndex.Read(file, cancellationToken));

    /// <summary>Whether docker's list of images is there.</summary>
    internal static bool IsOne(ArchiveIndex archive) => archive.Find(ManifestFile) is not null;

    public ValueTask<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) =>
        new([.. images.Select(image => image.Entry)]);

    public async ValueTask<IReadOnlyList<Descriptor>> RootsAsync(ImageEntry entry, CancellationToken cancellationToken)
    {
        DockerArchiveManifest source = images.First(image => image.Entry.Content == entry.Content).Manifest;
        Location where = new($"{Place}, {entry.DisplayName}");
        (Descriptor config, ImageConfig read) = ReadConfig(source, where);
        ArchiveIndexEntry[] files = [.. (source.Layers ?? []).Select(path => Resolve(path, where))];
        if (files.Length != read.RootFs.DiffIds.Count)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.DiffIdMismatch, $"{ManifestFile} has another number of layers than the image config has diff IDs")
                {
                    Where = where,
                    Got = Quantity.Of(files.Length, "layer"),
                    Want = $"{read.RootFs.DiffIds.Count}",
                    Hint = ErrorCodes.DiffIdMismatch.Remedy,
                }
            );
        Descriptor[] layers = await Task.Run(
                () => files.Zip(read.RootFs.DiffIds, (file, diffId) => Describe(file, diffId, where, cancellationToken)).ToArray(),
                cancellationToken
            )
            .ConfigureAwait(false);
        RawDocument manifest = RawDocument.Create(MediaTypes.Manifest, OciJson.Write(new Manifest { Config = config, Layers = layers }));
        blobs[manifest.Descriptor.Digest] = (manifest.Bytes.ToArray(), null, $"'{source.Config}'");
        return [manifest.Descriptor with { Platform = read.Platform }];
    }

    public ValueTask<long?> SizeOfAsync(Descriptor blob, CancellationToken cancellationToken) =>
        new(
            blobs.TryGetValue(blob.Digest, out (byte[]? Document, ArchiveIndexEntry? File, string Detail) known)
                ? known.File?.Size ?? known.Document!.Length
                : null
        );

    public ValueTask<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) =>
        new(
            blobs[blob.Digest] is { File: { } file } ? archive.Open(file) : new MemoryStream(blobs[blob.Digest].Document!, writable: false)
        );

    public bool IsNamed(Descriptor layer) =>
        blobs.TryGetValue(layer.Digest, out (byte[]? Document, ArchiveIndexEntry? File, string Detail) known)
        && known.File is { } file
        && NamedDigest(file.Path) is not null;

    public string DetailOf(Descriptor blob) =>
        blobs.TryGetValue(blob.Digest, out (byte[]? Document, ArchiveIndexEntry? File, string Detail) known)
            ? known.Detail
            : blob.Digest.ToString();

    private ImageEntry EntryOf(DockerArchiveManifest manifest) =>
        new(
            manifest.Config,
            [
                .. (manifest.RepoTags ?? []).Select(name =>
                    LayoutIndex.ReadName(name, new(Place, Detail: $"{ManifestFile}, '{manifest.Config}'"))
                ),
            ],
            Tag: null
        );

    // A plain layer's digest is its diff ID; a compressed one's is in its name, or has to be found out.
    private Descriptor Describe(ArchiveIndexEntry file, Digest diffId, Location where, CancellationToken cancellationToken)
    {
        string detail = $"entry {file.Number}, '{file.Path}'";
        using Stream content = archive.Open(file);
        byte[] head = new byte[Decompression.LongestMagic];
        LayerCompression compression = Decompression.Detect(
            head.AsSpan(0, content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false))
        );
        string mediaType = LayerIntake.MediaTypeOf(compression, where with { Detail = detail });
        Digest digest =
            NamedDigest(file.Path) ?? file.Blob ?? (compression == LayerCompression.None ? diffId : DigestOf(file, cancellationToken));
        blobs[digest] = (null, file, detail);
        return new(mediaType, digest, file.Size);
    }

    private Digest DigestOf(ArchiveIndexEntry file, CancellationToken cancellationToken)
    {
        using HashingStream hash = new(Stream.Null);
        using Stream content = archive.Open(file);
        using TeeReader reader = new(content, hash);
        reader.Drain(cancellationToken);
        return hash.Finish();
    }

    private (Descriptor Descriptor, ImageConfig Config) ReadConfig(DockerArchiveManifest source, Location where)
    {
        ArchiveIndexEntry file = Resolve(source.Config, where);
        byte[] bytes = archive.ReadSmall(file.Path)!;
        string detail = $"entry {file.Number}, '{file.Path}'";
        Digest digest = Digest.Of(bytes);
        if (NamedDigest(file.Path) is { } named && named != digest)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageBlobMismatch, "the image config is not what its name says")
                {
                    Where = where with { Detail = detail },
                    Got = digest.ToString(),
                    Want = named.ToString(),
                    Hint = ErrorCodes.ImageBlobMismatch.Remedy,
                }
            );
        ImageConfig config = ImageDocument.ReadConfig(bytes, where with { Detail = detail });
        blobs[digest] = (bytes, null, detail);
        return (new(MediaTypes.Config, digest, bytes.Length), config);
    }

    // docker before 25 wrote a layer once and links to it from the folders of other images' layers.
    private ArchiveIndexEntry Resolve(string path, Location where)
    {
        if (path.Length == 0 || path.StartsWith('/') || path.Split('/').Contains(".."))
            throw archive.Refuse(path, null, $"{ManifestFile} names a path that leads out of the archive", null);
        // As docker joins it to the folder that it has unpacked the archive to.
        path = string.Join('/', path.Split('/').Where(part => part is not ("" or ".")));
        ArchiveIndexEntry? entry = archive.Find(path);
        if (entry is { LinkTarget: { } target })
        {
            entry = archive.Find(target);
            if (entry is not { LinkTarget: null })
                throw archive.Refuse(path, archive.Find(path)!.Number, "the link leads to no file of the archive", target);
        }

        return entry
            ?? throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageBlobMissing, "the image names a file that is not in the archive")
                {
                    Where = where with { Detail = $"'{path}'" },
                    Hint = "get a whole copy of the archive",
                }
            );
    }

    // "<hex>.json" of docker before 25 and skopeo's "<hex>.tar"; "blobs/sha256/<hex>" since.
    private static Digest? NamedDigest(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        bool named =
            path.StartsWith("blobs/sha256/", StringComparison.Ordinal)
            || (name == path && name.EndsWith(".json", StringComparison.Ordinal));
        return named && Digest.TryParse("sha256:" + name.Split('.')[0], out Digest digest) ? digest : null;
    }
}

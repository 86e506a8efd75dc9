using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Oci.Transports;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Closure;

/// <summary>A name that a node answers to without a network.</summary>
/// <param name="Name">As the CRI keeps it.</param>
/// <param name="Target">What it stands for.</param>
/// <param name="Place">Where that is said, for messages.</param>
internal sealed record PreloadedName(string Name, Descriptor Target, PreloadPlace Place);

/// <summary>One place of preloaded images in a node: containerd's store, or an archive that is imported at the first boot.</summary>
/// <param name="Where">Of its records, for messages.</param>
/// <param name="Blobs">Finds a blob; null when it is not there.</param>
/// <param name="Records">What containerd's records say of each blob; null in an archive, whose import makes them.</param>
internal sealed record PreloadPlace(Location Where, Func<Digest, FoundBlob?> Blobs, IReadOnlyDictionary<Digest, ContentRecord>? Records)
{
    /// <summary>Whether it has the images' manifests; a docker-archive has none.</summary>
    public bool HasManifests { get; init; } = true;
}

/// <summary>Every image that a node has before it sees a network.</summary>
internal sealed class PreloadedImages
{
    private const string ContainerdName = "io.containerd.image.name";
    private const string ReferenceName = "org.opencontainers.image.ref.name";
    private readonly ExaminedImage image;
    private readonly Dictionary<string, PreloadedName> names = new(StringComparer.Ordinal);
    private readonly List<Diagnostic> problems = [];

    private PreloadedImages(ExaminedImage image) => this.image = image;

    public IReadOnlyDictionary<string, PreloadedName> Names => names;

    /// <summary>Why something cannot be read.</summary>
    public IReadOnlyList<Diagnostic> Problems => problems;

    /// <summary>Whether there is a store or an archive at all.</summary>
    public bool IsThere { get; private set; }

    public static PreloadedImages Read(ExaminedImage image)
    {
        PreloadedImages images = new(image);
        images.ReadStore();
        foreach (RootfsEntry entry in image.Entries.Where(static entry => entry.Content is FileFacts { Archive: not null }))
            images.ReadArchive(entry, ((FileFacts)entry.Content!).Archive!);
        return images;
    }

    private void ReadStore()
    {
        if (image.At(NodeFiles.StoreMetadata) is not { } entry)
            return;
        IsThere = true;
        Location where = image.Where(NodeFiles.StoreMetadata);
        if (entry.Content is not FileFacts { Bytes: { } bytes })
        {
            problems.Add(new(ErrorCodes.StoreMissing, "containerd's records are no file, or longer than any") { Where = where });
            return;
        }

        try
        {
            using MemoryStream database = new(bytes.ToArray(), writable: false);
            MetadataNamespace? cri = MetadataReader
                .Read(database, where.ToString())
                .Namespaces.FirstOrDefault(static space => space.Name == ContainerdPaths.CriNamespace);
            PreloadPlace place = new(where, Blob, (cri?.Content ?? []).ToDictionary(static record => record.Digest));
            foreach (ImageRecord record in cri?.Images ?? [])
                names[record.Name] = new(record.Name, record.Target, place);
        }
        catch (NodeForgeException failure)
        {
            problems.AddRange(failure.Diagnostics);
        }
    }

    private FoundBlob? Blob(Digest digest) =>
        image.At(NodeFiles.StoreBlobs + digest.Hex)
            is { Header: { Kind: TarEntryKind.File, Size: var size }, Content: FileFacts { Digest: { } found } facts }
            ? new(found, size, facts.Bytes)
            : null;

    private void ReadArchive(RootfsEntry entry, ArchivedImages archive)
    {
        IsThere = true;
        Location where = image.Where(entry);
        if (archive.Problem is { } problem)
            problems.Add(problem with { Where = where with { Detail = $"{where.Detail}, {problem.Where?.Detail}" } });
        if (archive.Files.GetValueOrDefault(DockerArchiveManifest.File)?.Document is { } list && !archive.Files.ContainsKey("index.json"))
        {
            ReadDockerArchive(archive.Files, list, where);
            return;
        }

        PreloadPlace place = new(where, digest => archive.Files.GetValueOrDefault($"blobs/sha256/{digest.Hex}"), null);
        if (archive.Files.GetValueOrDefault("index.json")?.Document is not { } index)
        {
            problems.Add(
                new(
                    ErrorCodes.StoreDocumentUnreadable,
                    "an archive of images is neither an image layout nor what docker save writes: nobody can say what is in it"
                )
                {
                    Where = where,
                }
            );
            return;
        }

        try
        {
            foreach (Descriptor manifest in ImageDocument.ReadIndex(index, where).Manifests)
            {
                string? name =
                    manifest.Annotations?.GetValueOrDefault(ContainerdName) ?? manifest.Annotations?.GetValueOrDefault(ReferenceName);
                if (ImageReference.TryParse(name, out ImageReference? reference))
                    names.TryAdd(reference.ContainerdName, new(reference.ContainerdName, manifest, place));
            }
        }
        catch (NodeForgeException failure)
        {
            problems.AddRange(failure.Diagnostics);
        }
    }

    private void ReadDockerArchive(IReadOnlyDictionary<string, FoundBlob> files, ReadOnlyMemory<byte> list, Location where)
    {
        try
        {
            DockerArchiveImages images = new(files, where);
            foreach (DockerArchiveManifest image in DockerArchiveManifest.ReadAll(list.Span, where))
            {
                Descriptor manifest = images.Describe(image);
                foreach (string text in image.RepoTags ?? [])
                {
                    if (ImageReference.TryParse(text, out ImageReference? reference))
                        names.TryAdd(reference.ContainerdName, new(reference.ContainerdName, manifest, images.Place));
                }
            }
        }
        catch (NodeForgeException failure)
        {
            problems.AddRange(
                failure.Diagnostics.Select(problem =>
                    problem with
                    {
                        Code = ErrorCodes.StoreDocumentUnreadable,
                        Where = where,
                        Hint = null,
                    }
                )
            );
        }
    }
}

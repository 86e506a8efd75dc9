using System.Globalization;
using NodeForge.Containerd.Bolt;
using NodeForge.Containerd.Metadata;
using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>containerd's state with images in place: which files lie below its root, and the database that names them. Nothing touches a
/// disk.</summary>
/// <remarks>
/// A containerd that starts on it finds every image under each of its names, has nothing to import, and its garbage collection removes
/// nothing of it. The bytes are
/// a function of the images and the options; the order of the images decides only which one a shared blob is credited to.
/// </remarks>
public sealed class PreloadedStore
{
    private PreloadedStore(ContainerdMetadata metadata, IReadOnlyList<ContentFile> content, IReadOnlyList<SnapshotFolder> snapshots)
    {
        Metadata = metadata;
        Content = content;
        Snapshots = snapshots;
    }

    /// <summary>The folders, parents first.</summary>
    public static IReadOnlyList<StoreFolder> Folders { get; } =
    [
        // containerd tightens its root at its start from 1.7.29, 2.0.7 and 2.1.5 on; earlier ones leave it.
        new("", 0x1C0), // 0700
        new(ContainerdPaths.ContentFolder, 0x1ED), // 0755
        new(ContainerdPaths.ContentFolder + "/blobs", 0x1ED),
        new(ContainerdPaths.ContentFolder + "/blobs/sha256", 0x1ED),
        new(ContainerdPaths.MetadataFolder, 0x1C9), // 0711
    ];

    /// <summary>The overlay snapshotter's folders, where there are snapshots.</summary>
    public static IReadOnlyList<StoreFolder> OverlayFolders { get; } =
    [
        new(ContainerdPaths.OverlayFolder, 0x1C0), // 0700
        new(ContainerdPaths.OverlayFolder + "/snapshots", 0x1C0),
    ];

    /// <summary>The permission bits of the overlay snapshotter's database: 0600, its path is
    /// <see cref="ContainerdPaths.OverlayMetadata"/>.</summary>
    public const int OverlayMetadataMode = 0x180;

    /// <summary>The database's permission bits: 0644, its path is <see cref="ContainerdPaths.Metadata"/>.</summary>
    public const int MetadataMode = 0x1A4;

    /// <summary>The blobs, by digest, each once.</summary>
    public IReadOnlyList<ContentFile> Content { get; }

    /// <summary>Where the unpacked images belong, by number; none when no image is unpacked.</summary>
    public IReadOnlyList<SnapshotFolder> Snapshots { get; }

    /// <summary>The records that the database holds.</summary>
    public ContainerdMetadata Metadata { get; }

    /// <summary>The database's bytes.</summary>
    public byte[] MetadataBytes() => BoltWriter.ToArray(MetadataWriter.ToBolt(Metadata));

    /// <summary>The bytes of the overlay snapshotter's database.</summary>
    public byte[] OverlayMetadataBytes() =>
        BoltWriter.ToArray(OverlaySnapshots.ToBolt([.. Snapshots.Select(static snapshot => snapshot.Record)]));

    /// <param name="images">The images; each problem of each is told at once.</param>
    /// <param name="options">Platform, times and schema.</param>
    /// <exception cref="NodeForgeException">NF6131 to NF6136, naming image and blob.</exception>
    public static PreloadedStore Build(IReadOnlyList<PreloadedImage> images, PreloadOptions options)
    {
        List<Diagnostic> problems = [];
        ImageCheck check = new(options.Platform);
        NameSet names = new();
        BlobSet blobs = new();
        SnapshotSet snapshots = new(options.Epoch);
        foreach (PreloadedImage image in images)
            Gather(
                problems,
                () =>
                {
                    CheckedImage read = check.Check(image);
                    names.Add(read, options.Epoch);
                    blobs.Add(read);
                    snapshots.Add(read);
                }
            );
        IReadOnlyList<ContentRecord> records = [];
        Gather(problems, () => records = [.. blobs.Records(options.Epoch)]);
        if (problems.Count > 0)
            throw new NodeForgeException(problems);
        MetadataNamespace cri = new(ContainerdPaths.CriNamespace)
        {
            Images = names.Records,
            Content = records,
            Snapshotters = snapshots.Records,
        };
        return new(new ContainerdMetadata(options.Version, [cri]), [.. blobs.Files()], snapshots.Folders);
    }

    /// <summary>Makes sure that every blob is at hand before anything is written.</summary>
    /// <param name="sizeOf">The length of a blob in bytes; null when it is absent.</param>
    /// <exception cref="NodeForgeException">NF6137 for each blob that is absent or has another length, naming image and blob.</exception>
    public void RequireContent(Func<Digest, long?> sizeOf)
    {
        List<Diagnostic> problems = [];
        foreach (ContentFile file in Content)
            if (sizeOf(file.Digest) is var size && size != file.Size)
                problems.AddRange(
                    PreloadFault
                        .Of(
                            ErrorCodes.PreloadBlobMissing,
                            file.Image,
                            size is null ? "a blob is missing" : "a blob is not whole",
                            file.Digest,
                            size is { } bytes ? $"{bytes.ToString(CultureInfo.InvariantCulture)} bytes" : "nothing",
                            $"{file.Size.ToString(CultureInfo.InvariantCulture)} bytes"
                        )
                        .Diagnostics
                );
        if (problems.Count > 0)
            throw new NodeForgeException(problems);
    }

    private static void Gather(List<Diagnostic> problems, Action step)
    {
        try
        {
            step();
        }
        catch (NodeForgeException failure)
        {
            problems.AddRange(failure.Diagnostics);
        }
    }
}

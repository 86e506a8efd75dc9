using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Transports;

/// <summary>An image layout as a tar archive: a source, and a target that is written straight into a stream.</summary>
/// <remarks>The same images give the same bytes: entries sorted, times zero, headers fixed.</remarks>
public sealed class OciArchive : IImageSource
{
    private readonly ArchiveIndex archive;
    private readonly ImageIndex index;
    private readonly IReadOnlyList<(ImageEntry Entry, IReadOnlyList<Descriptor> Roots)> entries;

    internal OciArchive(ArchiveIndex archive)
    {
        this.archive = archive;
        byte[] marker = archive.ReadSmall(OciLayout.MarkerFile) ?? throw Missing(archive, OciLayout.MarkerFile);
        OciLayout.CheckMarker(marker, new(archive.Path, Detail: OciLayout.MarkerFile));
        byte[] bytes = archive.ReadSmall(OciLayout.IndexFile) ?? throw Missing(archive, OciLayout.IndexFile);
        index = ImageDocument.ReadIndex(bytes, new(archive.Path, Detail: OciLayout.IndexFile));
        entries = LayoutIndex.Entries(index, archive.Path);
    }

    internal static TransportRoom Room { get; } =
        new("oci-archive", TransportForm.FileAndTag)
        {
            Open = (place, _, cancellationToken) => Task.Run<IImageSource>(() => Open(place.Path, cancellationToken), cancellationToken),
            Target = (place, _) => new Writer(place.Path),
            KeepsReferrers = true,
        };

    public string Place => archive.Path;

    /// <summary>Whether an archive names images as a layout does.</summary>
    internal bool IsEmpty => entries.Count == 0;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageArchive"/> and other NF51xx; NF41xx for a damaged
    /// archive.</exception>
    public static OciArchive Open(string file, CancellationToken cancellationToken) => new(ArchiveIndex.Read(file, cancellationToken));

    public ValueTask<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) =>
        new([.. entries.Select(listed => listed.Entry)]);

    public ValueTask<IReadOnlyList<Descriptor>> RootsAsync(ImageEntry entry, CancellationToken cancellationToken) =>
        new(entries.First(listed => listed.Entry.Content == entry.Content).Roots);

    public ValueTask<long?> SizeOfAsync(Descriptor blob, CancellationToken cancellationToken) =>
        new(archive.Find(ArchiveEntries.PathOf(blob.Digest))?.Size);

    public ValueTask<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) =>
        new(archive.Open(archive.Find(ArchiveEntries.PathOf(blob.Digest))!));

    public ValueTask<IReadOnlyList<Referrer>?> ReferrersAsync(Descriptor subject, CancellationToken cancellationToken) =>
        LayoutReferrers.FindAsync(this, index, subject, cancellationToken);

    /// <param name="output">Takes the bytes in large pieces; stays open.</param>
    /// <param name="images">What is written; tags among them are unique.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageNameCollision"/>, before anything is written; what a layer cannot be
    /// read for.</exception>
    public static void Write(Stream output, IReadOnlyList<Image> images, CancellationToken cancellationToken) =>
        LayerWriter.Write(EntriesOf(images), output, epoch: 0, cancellationToken);

    /// <summary>Writes a file, which appears when it is whole.</summary>
    /// <exception cref="NodeForgeException">As <see cref="Write(Stream, IReadOnlyList{Image}, CancellationToken)"/>;
    /// <see cref="ErrorCodes.DiskFull"/>.</exception>
    public static void Write(string file, IReadOnlyList<Image> images, CancellationToken cancellationToken) =>
        AtomicFile.Write(file, output => Write(output, images, cancellationToken));

    /// <summary>The archive as a content of a layer: its bytes come from the images while the layer is written.</summary>
    /// <returns>The content and its length in bytes.</returns>
    /// <exception cref="NodeForgeException">As <see cref="Write(Stream, IReadOnlyList{Image}, CancellationToken)"/>.</exception>
    public static (LayerContent Content, long Length) Join(IReadOnlyList<Image> images) => LayerWriter.Join(EntriesOf(images), epoch: 0);

    private static LayerEntry[] EntriesOf(IReadOnlyList<Image> images)
    {
        WrittenImages written = new(images);
        return [.. ArchiveEntries.OfLayout(written.Blobs, LayoutIndex.Write(null, written, new("oci-archive")))];
    }

    private static NodeForgeException Missing(ArchiveIndex archive, string file) =>
        new(
            new Diagnostic(ErrorCodes.NotAnImageArchive, $"this is no oci-archive: it has no {file}")
            {
                Where = new(archive.Path),
                Hint = archive.Find("manifest.json") is null
                    ? "name an archive that skopeo copy or docker save wrote"
                    : "it looks like what docker save writes: docker-archive:FILE",
            }
        );

    private sealed class Writer(string file) : IImageTarget
    {
        public Task WriteAsync(IReadOnlyList<Image> images, CancellationToken cancellationToken) =>
            Task.Run(() => Write(file, images, cancellationToken), cancellationToken);
    }
}

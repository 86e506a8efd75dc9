using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Layouts;

/// <summary>Writes an image layout as a tar archive, straight from the store into a stream.</summary>
/// <remarks>The same images give the same bytes: entries sorted, times zero, headers fixed.</remarks>
public static class OciArchive
{
    /// <param name="output">Takes the bytes in large pieces; stays open.</param>
    /// <param name="source">Has every blob of the images.</param>
    /// <param name="images">What is written; tags among them are unique.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageNameCollision"/>, <see cref="ErrorCodes.ImageBlobMissing"/>, before anything is written.</exception>
    public static void Write(Stream output, BlobStore source, IReadOnlyList<NamedImage> images, CancellationToken cancellationToken)
    {
        LayerWriter.Write(EntriesOf(source, images), output, epoch: 0, cancellationToken);
    }

    /// <summary>The archive as a content of a layer: its bytes come from the store while the layer is written.</summary>
    /// <returns>The content and its length in bytes.</returns>
    /// <exception cref="NodeForgeException">As <see cref="Write(Stream, BlobStore, IReadOnlyList{NamedImage}, CancellationToken)"/>.</exception>
    public static (LayerContent Content, long Length) Join(BlobStore source, IReadOnlyList<NamedImage> images) => LayerWriter.Join(EntriesOf(source, images), epoch: 0);

    private static LayerEntry[] EntriesOf(BlobStore source, IReadOnlyList<NamedImage> images)
    {
        ExportedImages exported = ExportedImages.Read(source, images, new("oci-archive"));
        byte[] index = LayoutIndex.Write(null, exported.Entries, new("oci-archive"));
        return [.. ArchiveEntries.OfLayout(source, exported.Blobs, index)];
    }

    /// <summary>Writes a file, which appears when it is whole.</summary>
    /// <exception cref="NodeForgeException">As <see cref="Write(Stream, BlobStore, IReadOnlyList{NamedImage}, CancellationToken)"/>; <see cref="ErrorCodes.DiskFull"/>.</exception>
    public static void Write(string file, BlobStore source, IReadOnlyList<NamedImage> images, CancellationToken cancellationToken) =>
        ArchiveFile.Write(file, output => Write(output, source, images, cancellationToken));
}

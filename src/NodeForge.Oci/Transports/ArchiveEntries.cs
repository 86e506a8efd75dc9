using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Transports;

/// <summary>The entries of the archives that we write.</summary>
internal static class ArchiveEntries
{
    public static IEnumerable<LayerEntry> OfLayout(IEnumerable<WrittenBlob> blobs, byte[] index) =>
        [
            Folder("blobs"),
            Folder("blobs/sha256"),
            .. blobs.Select(blob => new LayerEntry(File(PathOf(blob.Descriptor.Digest), blob.Descriptor.Size), blob.Content)),
            OfBytes(OciLayout.IndexFile, index),
            OfBytes(OciLayout.MarkerFile, LayoutIndex.Marker.ToArray()),
        ];

    public static LayerEntry OfBytes(string path, byte[] bytes) => new(File(path, bytes.Length), new InlineContent(bytes));

    public static string PathOf(Digest digest) => "blobs/sha256/" + digest.Hex;

    private static LayerEntry Folder(string path) =>
        new(
            new()
            {
                Path = path,
                Kind = TarEntryKind.Directory,
                Mode = 0x1ed,
            },
            null
        ); // 0755

    private static TarEntry File(string path, long size) =>
        new()
        {
            Path = path,
            Kind = TarEntryKind.File,
            Mode = 0x1a4,
            Size = size,
        }; // 0644
}

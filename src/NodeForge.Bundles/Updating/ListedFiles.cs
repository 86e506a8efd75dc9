using NodeForge.Bundles.Format;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Tar;

namespace NodeForge.Bundles.Updating;

/// <summary>A file within a blob.</summary>
/// <param name="Path">In its layer; of a bundle's own file its name.</param>
/// <param name="Offset">Where its content begins in the blob.</param>
/// <param name="Size">Bytes of its content.</param>
internal readonly record struct ListedFile(string Path, long Offset, long Size)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public string Folder => Path[..(Path.LastIndexOf('/') + 1)];
}

/// <summary>Which files are in a blob.</summary>
internal static class ListedFiles
{
    /// <summary>Whether a blob may be made of another one: whatever is compressed elsewhere differs all over where a byte of it changed,
    /// and no library makes the same bytes again.</summary>
    public static bool IsPlain(string mediaType) =>
        Decompression.OfMediaType(mediaType) is not (LayerCompression.Gzip or LayerCompression.Zstd);

    /// <summary>The files of a layer, in their order; a bundle's own file is one, and of what is no archive all of it.</summary>
    /// <param name="index">Lists the blob.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="content">Its bytes; read to their end where it is a layer.</param>
    public static IReadOnlyList<ListedFile> Of(BundleIndex index, BundledBlob blob, Stream content, CancellationToken cancellationToken)
    {
        if (Decompression.OfMediaType(blob.MediaType) is null)
            return [Whole(index, blob)];
        List<ListedFile> files = [];
        try
        {
            using TarReader archive = new(content, blob.Digest.ToString(), Lenient, cancellationToken);
            while (archive.Read() is { } entry)
            {
                if (entry is { Kind: TarEntryKind.File, Size: > 0 })
                    files.Add(new(entry.Path, archive.ContentOffset, entry.Size));
            }

            return files;
        }
        catch (NodeForgeException strange) when (strange.Diagnostics[0].Code.Id.StartsWith("NF41", StringComparison.Ordinal))
        {
            return [Whole(index, blob)]; // whoever unpacks it says what is wrong with it
        }
    }

    private static readonly TarReaderOptions Lenient = new() { EndMarkerRequired = false, TrailingBytesAllowed = true };

    private static ListedFile Whole(BundleIndex index, BundledBlob blob) =>
        new(index.Items.FirstOrDefault(item => item.Digest == blob.Digest)?.Name ?? blob.MediaType, 0, blob.Size);
}

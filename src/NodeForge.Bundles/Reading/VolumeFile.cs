using NodeForge.Bundles.Format;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Reading;

/// <summary>A volume as its frame shows it: header, trailer and directory. The records between them are read by whoever wants
/// them.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Header">Null for a damaged one.</param>
/// <param name="Records">Null where the directory cannot be believed.</param>
/// <param name="Problems">What is wrong with the frame.</param>
internal sealed record VolumeFile(
    string Path,
    long Length,
    VolumeHeader? Header,
    IReadOnlyList<RecordHeader>? Records,
    IReadOnlyList<Diagnostic> Problems
)
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public static VolumeFile Open(string path)
    {
        using FileStream file = RegularFile.Open(path);
        return AtomicFile.Guard(path, () => Read(path, file));
    }

    private static VolumeFile Read(string path, FileStream file)
    {
        byte[] head = ReadAt(file, 0, VolumeHeader.Length);
        VolumeHeader header;
        try
        {
            header = VolumeHeader.Read(head, path);
        }
        catch (NodeForgeException damaged)
        {
            return new(path, file.Length, null, null, damaged.Diagnostics);
        }

        long last = file.Length - VolumeTrailer.Length;
        byte[] end = last < VolumeHeader.Length + VolumeTrailer.DirectoryHead ? [] : ReadAt(file, last, VolumeTrailer.Length);
        if (end.Length < VolumeTrailer.Length || VolumeTrailer.TryRead(end) is not { } trailer)
        {
            Diagnostic problem =
                end.Length == VolumeTrailer.Length && VolumeTrailer.Resembles(end)
                    ? BundleFaults.DirectoryDamaged(path, last)
                    : BundleFaults.Cut(path, $"{file.Length} bytes, and no end of a volume behind them", null).Diagnostics[0];
            return new(path, file.Length, header, null, [problem]);
        }

        return ReadDirectory(path, file, head, header, trailer);
    }

    private static VolumeFile ReadDirectory(string path, FileStream file, byte[] head, VolumeHeader header, VolumeTrailer trailer)
    {
        long want = trailer.DirectoryOffset + VolumeTrailer.DirectoryLength(trailer.Records) + VolumeTrailer.Length;
        if (want != file.Length)
            return new(path, file.Length, header, null, BundleFaults.Cut(path, $"{file.Length} bytes", $"{want} bytes").Diagnostics);
        byte[] directory = ReadAt(file, trailer.DirectoryOffset, (int)VolumeTrailer.DirectoryLength(trailer.Records));
        if (
            trailer.Set != header.Set
            || trailer.Number != header.Number
            || trailer.Count != header.Count
            || VolumeTrailer.DigestOf(head, directory) != trailer.Digest
        )
            return new(path, file.Length, header, null, [BundleFaults.DirectoryDamaged(path, trailer.DirectoryOffset)]);
        IReadOnlyList<RecordHeader>? records = VolumeTrailer.TryReadDirectory(directory, header.ChunkSize);
        return records is not null && (records.Count == 0 ? VolumeHeader.Length : records[^1].End) == trailer.DirectoryOffset
            ? new(path, file.Length, header, records, [])
            : new(
                path,
                file.Length,
                header,
                null,
                BundleFaults.Invalid(path, "the volume's directory contradicts itself", null, null).Diagnostics
            );
    }

    private static byte[] ReadAt(FileStream file, long offset, int length)
    {
        byte[] bytes = new byte[length];
        file.Position = offset;
        int read = file.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        return read == length ? bytes : bytes[..read];
    }
}

using System.Buffers;
using NodeForge.Bundles.Format;

namespace NodeForge.Bundles.Reading;

/// <summary>Reads a volume from its first to its last byte, forwards only, and gives its records as they come.</summary>
/// <param name="stream">At the first byte behind the header; need not be able to seek.</param>
/// <param name="header">The volume's.</param>
/// <param name="known">The volume's directory, where it was read before; null has the walk go by what stands before each record, and
/// compare the directory when it comes.</param>
internal sealed class VolumeWalk(Stream stream, VolumeHeader header, IReadOnlyList<RecordHeader>? known)
{
    private readonly byte[] head = new byte[RecordHeader.Length];
    private readonly List<RecordHeader> seen = [];
    private long offset = VolumeHeader.Length;

    /// <summary>Where the walk cannot go on; null where it came to the directory.</summary>
    public long? LostAt { get; private set; }

    /// <summary>How many records the directory that the walk came to says that there are.</summary>
    public int Counted { get; private set; }

    /// <summary>What came, in order.</summary>
    public IReadOnlyList<RecordHeader> Seen => seen;

    /// <summary>The next record.</summary>
    /// <returns>Null at the directory, or where the walk is lost. The bytes are rented; null where the record's own header is
    /// damaged.</returns>
    public (RecordHeader Record, byte[]? Stored)? Next()
    {
        if (LostAt is not null || (known is not null && seen.Count == known.Count))
            return null;
        int magic = stream.ReadAtLeast(head.AsSpan(0, VolumeTrailer.DirectoryHead), VolumeTrailer.DirectoryHead, throwOnEndOfStream: false);
        if (known is null && magic == VolumeTrailer.DirectoryHead && head.AsSpan().StartsWith(VolumeTrailer.DirectoryMagic))
        {
            Counted = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
            return null;
        }

        int rest = RecordHeader.Length - VolumeTrailer.DirectoryHead;
        bool whole =
            magic == VolumeTrailer.DirectoryHead && stream.ReadAtLeast(head.AsSpan(magic, rest), rest, throwOnEndOfStream: false) == rest;
        RecordHeader? inline = whole ? RecordHeader.TryRead(head, offset, header.ChunkSize) : null;
        RecordHeader? record = known is null ? inline : known[seen.Count];
        byte[]? stored = record is null || !whole ? null : ReadStored(record.StoredLength);
        if (record is null || stored is null)
        {
            LostAt = offset;
            return null;
        }

        seen.Add(record);
        offset = record.End;
        if (inline == record)
            return (record, stored);
        ArrayPool<byte>.Shared.Return(stored);
        return (record, null);
    }

    private byte[]? ReadStored(int length)
    {
        byte[] stored = ArrayPool<byte>.Shared.Rent(length);
        if (stream.ReadAtLeast(stored.AsSpan(0, length), length, throwOnEndOfStream: false) == length)
            return stored;
        ArrayPool<byte>.Shared.Return(stored);
        return null;
    }
}

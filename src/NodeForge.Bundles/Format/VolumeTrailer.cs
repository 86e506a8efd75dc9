using System.Buffers.Binary;
using System.Security.Cryptography;
using NodeForge.Oci;

namespace NodeForge.Bundles.Format;

/// <summary>The last 128 bytes of a volume, behind its directory.</summary>
/// <param name="DirectoryOffset">Where the directory begins; it goes on to the trailer.</param>
/// <param name="Records">How many the volume has.</param>
/// <param name="Number">As in the header.</param>
/// <param name="Count">As in the header.</param>
/// <param name="Set">As in the header.</param>
/// <param name="Digest">Of header and directory, which has the digest of every record: so of every byte of the volume.</param>
internal sealed record VolumeTrailer(long DirectoryOffset, int Records, int Number, int Count, Digest Set, Digest Digest)
{
    public const int Length = 128;

    /// <summary>Bytes before the entries of a directory: its magic, and how many entries follow.</summary>
    public const int DirectoryHead = 8;

    private const int ChecksumOffset = Length - SHA256.HashSizeInBytes;

    public static ReadOnlySpan<byte> DirectoryMagic => "NFD1"u8;

    private static ReadOnlySpan<byte> Magic => "NFBEND\r\n"u8;

    public static long DirectoryLength(int records) => DirectoryHead + ((long)records * RecordHeader.Length);

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), DirectoryOffset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), Records);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), Count);
        Hash.Write(Set, bytes.AsSpan(32));
        Hash.Write(Digest, bytes.AsSpan(64));
        SHA256.HashData(bytes.AsSpan(0, ChecksumOffset), bytes.AsSpan(ChecksumOffset));
        return bytes;
    }

    /// <param name="bytes">128 of them.</param>
    /// <returns>Null for what is no trailer, or a damaged one.</returns>
    public static VolumeTrailer? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic) || !SHA256.HashData(bytes[..ChecksumOffset]).AsSpan().SequenceEqual(bytes[ChecksumOffset..]))
            return null;
        VolumeTrailer trailer = new(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]),
            Hash.Read(bytes[32..]),
            Hash.Read(bytes[64..])
        );
        return
            trailer.Records is >= 0 and <= BundleLimits.MostRecords
            && trailer.DirectoryOffset >= VolumeHeader.Length
            && trailer.ToBytes().AsSpan().SequenceEqual(bytes)
            ? trailer
            : null;
    }

    /// <summary>Whether bytes are meant as a trailer, and were changed.</summary>
    public static bool Resembles(ReadOnlySpan<byte> bytes)
    {
        int same = 0;
        for (int i = 0; i < Magic.Length; i++)
            same += bytes[i] == Magic[i] ? 1 : 0;
        return same >= Magic.Length - 1;
    }

    /// <summary>A directory's bytes.</summary>
    public static byte[] DirectoryOf(IReadOnlyList<RecordHeader> records)
    {
        byte[] bytes = new byte[DirectoryLength(records.Count)];
        DirectoryMagic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), records.Count);
        for (int i = 0; i < records.Count; i++)
            records[i].Write(bytes.AsSpan(DirectoryHead + (i * RecordHeader.Length)));
        return bytes;
    }

    /// <summary>What binds every byte of a volume.</summary>
    public static Digest DigestOf(ReadOnlySpan<byte> header, ReadOnlySpan<byte> directory)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(directory);
        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>The entries of a directory whose digest is right.</summary>
    /// <returns>Null where they contradict themselves: records that do not follow each other without a gap.</returns>
    public static IReadOnlyList<RecordHeader>? TryReadDirectory(ReadOnlySpan<byte> bytes, int chunkSize)
    {
        if (!bytes.StartsWith(DirectoryMagic))
            return null;
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (bytes.Length != DirectoryLength(count))
            return null;
        RecordHeader[] records = new RecordHeader[count];
        long offset = VolumeHeader.Length;
        for (int i = 0; i < count; i++)
        {
            if (
                RecordHeader.TryRead(bytes.Slice(DirectoryHead + (i * RecordHeader.Length), RecordHeader.Length), offset, chunkSize)
                is not { } record
            )
                return null;
            records[i] = record;
            offset = record.End;
        }

        return records;
    }
}

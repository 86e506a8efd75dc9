using System.Buffers.Binary;
using System.Security.Cryptography;
using NodeForge.Oci;

namespace NodeForge.Bundles.Format;

/// <summary>The first 256 bytes of a volume: which bundle it is of, which volume of it, and what the index has to be. <c>docs/bundle.md</c>
/// has the bytes.</summary>
/// <param name="Set">Names this bundle as it is cut and encoded; the same in all its volumes.</param>
/// <param name="IndexDigest">Of the index as it unpacks.</param>
/// <param name="IndexLength">Bytes of the index as it unpacks.</param>
/// <param name="Number">From 1.</param>
/// <param name="Count">Volumes of the bundle.</param>
/// <param name="VolumeSize">Bytes that a volume may have; 0 for a bundle in one file.</param>
/// <param name="ChunkSize">Bytes that a record unpacks to at most.</param>
/// <param name="Encoding">The encoder of compressed records, its version and level.</param>
internal sealed record VolumeHeader(
    Digest Set,
    Digest IndexDigest,
    long IndexLength,
    int Number,
    int Count,
    long VolumeSize,
    int ChunkSize,
    string Encoding
)
{
    public const int Length = 256;
    private const int Version = 1;
    private const int VolumeSizeOffset = 96;
    private const int EncodingOffset = 112;
    private const int EncodingLength = 64;
    private const int ChecksumOffset = Length - SHA256.HashSizeInBytes;

    // As PNG's: a byte that is no text, and both kinds of line ends, so that a transfer that takes the file for text is seen.
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'N', (byte)'F', (byte)'B', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>Whether a file begins as a volume does.</summary>
    public static bool IsOne(ReadOnlySpan<byte> head) => head.StartsWith(Magic);

    /// <summary>Whether a volume's first bytes say that it is a bundle in one file.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> head) =>
        head.Length >= Length && BinaryPrimitives.ReadInt64LittleEndian(head[VolumeSizeOffset..]) == 0;

    /// <summary>The same header with the name of its set.</summary>
    public VolumeHeader Named() =>
        this with
        {
            Set = Digest.Of((this with { Set = Nothing, Number = 0, Count = 0 }).ToBytes().AsSpan(0, ChecksumOffset)),
        };

    private static Digest Nothing { get; } = Digest.FromHash(new byte[SHA256.HashSizeInBytes]);

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Length);
        Hash.Write(Set, bytes.AsSpan(16));
        Hash.Write(IndexDigest, bytes.AsSpan(48));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(80), IndexLength);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(88), Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(92), Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(VolumeSizeOffset), VolumeSize);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(104), ChunkSize);
        System.Text.Encoding.ASCII.GetBytes(Encoding, bytes.AsSpan(EncodingOffset, EncodingLength));
        SHA256.HashData(bytes.AsSpan(0, ChecksumOffset), bytes.AsSpan(ChecksumOffset));
        return bytes;
    }

    /// <param name="bytes">256 of them, or as many as there are.</param>
    /// <param name="where">The volume.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotABundle"/>, <see cref="ErrorCodes.BundleVersionUnknown"/>,
    /// <see cref="ErrorCodes.BundleVolumeCut"/>,
    /// <see cref="ErrorCodes.BundleHeaderDamaged"/>, <see cref="ErrorCodes.BundleInvalid"/>.</exception>
    public static VolumeHeader Read(ReadOnlySpan<byte> bytes, string where)
    {
        if (bytes.Length < Length)
            throw IsOne(bytes) ? BundleFaults.Cut(where, $"{bytes.Length} bytes", $"at least {Length}") : BundleFaults.NotABundle(where);
        bool sound = SHA256.HashData(bytes[..ChecksumOffset]).AsSpan().SequenceEqual(bytes[ChecksumOffset..Length]);
        if (!sound)
            throw Nearly(bytes) ? BundleFaults.HeaderDamaged(where) : BundleFaults.NotABundle(where);
        if (!IsOne(bytes))
            throw BundleFaults.NotABundle(where);
        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != Version)
            throw BundleFaults.UnknownVersion(where, version, Version);
        VolumeHeader header = new(
            Hash.Read(bytes[16..]),
            Hash.Read(bytes[48..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[80..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[88..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[92..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[VolumeSizeOffset..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[104..]),
            System.Text.Encoding.ASCII.GetString(bytes.Slice(EncodingOffset, EncodingLength)).TrimEnd('\0')
        );
        header.Check(bytes, where);
        return header;
    }

    // Its checksum is right, so somebody meant it.
    private void Check(ReadOnlySpan<byte> bytes, string where)
    {
        (string What, long Got, long Most)[] numbers =
        [
            ("a bundle's index is longer than it may be", IndexLength, BundleLimits.LongestIndex),
            ("a bundle has more volumes than it may have", Count, BundleLimits.MostVolumes),
            ("a bundle's records are longer than they may be", ChunkSize, BundleLimits.LargestChunk),
            ("a bundle's volume has a number above their count", Number, Count),
        ];
        foreach ((string what, long got, long most) in numbers)
        {
            if (got < 1 || got > most)
                throw BundleFaults.Invalid(where, what, $"{got}", $"1 to {most}");
        }

        if (
            ChunkSize < BundleLimits.SmallestChunk
            || VolumeSize < 0
            || (VolumeSize == 0 && Count > 1)
            || Named().Set != Set
            || !ToBytes().AsSpan().SequenceEqual(bytes[..Length])
        )
            throw BundleFaults.Invalid(where, "a bundle's header contradicts itself", null, null);
    }

    // A bit or a few of the magic were changed: the file is meant to be a bundle, and damaged.
    private static bool Nearly(ReadOnlySpan<byte> bytes)
    {
        int same = 0;
        for (int i = 0; i < Magic.Length; i++)
            same += bytes[i] == Magic[i] ? 1 : 0;
        return same >= Magic.Length - 2;
    }
}

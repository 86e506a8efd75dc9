using System.Buffers.Binary;
using NodeForge.Oci;

namespace NodeForge.Bundles.Deltas;

/// <summary>A delta's bytes: a header, then a block for each 16 MiB of the new file. All numbers are little-endian.</summary>
/// <remarks>
/// Header, 88 bytes: <c>NFDELTA1</c>; the old file's length and the new one's (8 bytes each); SHA-256 of the old file and of the new one
/// (32 each).
/// Block: how many new bytes it makes (4 bytes); of its five streams the length unpacked and as stored (4 bytes each); SHA-256 over the
/// file's header, these 44 bytes and the streams as stored (32); the streams, a zstd frame each, an empty one without a byte.
/// Steps: LEB128 numbers, three a step: bytes taken from the old file; new bytes that follow; how far from the end of the last step the
/// place in the old file is (zigzag).
/// Gaps, ranks and words: what differs in the bytes that are taken, all steps of the block one after another. A gap (LEB128) is how many
/// bytes stay; then a distance is added to the 4 bytes that follow, or to as many as the step has left, as one little-endian number. A rank
/// (a byte) says which of the guesses of <see cref="WordGuesses"/> the distance is; 6 that it is the next word (4 bytes, zigzag).
/// Extra: the new bytes.
/// </remarks>
internal static class DeltaFormat
{
    public const int HeaderBytes = 88;
    public const int BlockHeaderBytes = 44;
    public const int Streams = 5;
    public const int DigestBytes = 32;

    /// <summary>New bytes in a block: what encoding and applying hold in memory is a few times this.</summary>
    public const int BlockBytes = 16 << 20;

    /// <summary>The longest old file, bytes: it is in memory while a delta is made, with an index of its size.</summary>
    public const long LongestOld = 1L << 30;

    /// <summary>The longest new file, bytes.</summary>
    public const long LongestNew = 1L << 40;

    public static ReadOnlySpan<byte> Magic => "NFDELTA1"u8;

    public static byte[] Header(DeltaEnds ends)
    {
        byte[] header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), ends.OldSize);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), ends.NewSize);
        Convert.FromHexString(ends.Old.Hex).CopyTo(header, 24);
        Convert.FromHexString(ends.New.Hex).CopyTo(header, 56);
        return header;
    }

    /// <summary>What a delta leads from and to.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DeltaUnreadable"/>.</exception>
    public static DeltaEnds ReadHeader(ReadOnlySpan<byte> header, string where)
    {
        if (header.Length < HeaderBytes || !header.StartsWith(Magic))
            throw DeltaFaults.Unreadable(where, "the file is no delta", header.Length < HeaderBytes ? $"{header.Length} bytes" : null);
        DeltaEnds ends = new(
            Digest.FromHash(header[24..56]),
            BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
            Digest.FromHash(header[56..88]),
            BinaryPrimitives.ReadInt64LittleEndian(header[16..])
        );
        return ends.OldSize is >= 0 and <= LongestOld && ends.NewSize is >= 0 and <= LongestNew
            ? ends
            : throw DeltaFaults.Unreadable(where, "the delta is of files longer than any", $"{ends.OldSize} and {ends.NewSize} bytes");
    }

    public static void WriteNumber(List<byte> output, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
            output.Add((byte)(number | 0x80));
        output.Add((byte)number);
    }

    /// <returns>False where the bytes end, or hold no number of up to 63 bits.</returns>
    public static bool TryReadNumber(ReadOnlySpan<byte> input, ref int at, out long number)
    {
        number = 0;
        for (int shift = 0; shift < 63 && at < input.Length; shift += 7)
        {
            byte next = input[at++];
            number |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
                return number >= 0;
        }

        return false;
    }

    /// <summary>Up to 4 bytes as a number.</summary>
    public static uint Word(ReadOnlySpan<byte> bytes)
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        word.Clear();
        bytes.CopyTo(word);
        return BinaryPrimitives.ReadUInt32LittleEndian(word);
    }

    public static ulong ZigZag(long number) => (ulong)((number << 1) ^ (number >> 63));

    public static long ZigZag(ulong number) => (long)(number >> 1) ^ -(long)(number & 1);
}

/// <summary>What a delta leads from, and what to.</summary>
/// <param name="OldSize">Bytes, up to 1 GiB.</param>
/// <param name="NewSize">Bytes.</param>
public sealed record DeltaEnds(Digest Old, long OldSize, Digest New, long NewSize);

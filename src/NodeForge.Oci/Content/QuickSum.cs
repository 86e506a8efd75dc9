using System.Numerics;
using System.Runtime.InteropServices;

namespace NodeForge.Oci.Content;

/// <summary>A checksum that tells whether bytes are still those that were hashed: against rot, not against malice, and many times as fast
/// as SHA-256.</summary>
/// <remarks>Four CRC-32C (RFC 3720, appendix B.4) that take words of eight bytes by turns, so that the processor works on all four at once.
/// One flipped bit, or several within a word, change one of them for certain.</remarks>
internal sealed class QuickSum
{
    private const int Turn = 4 * sizeof(ulong);
    private readonly byte[] rest = new byte[Turn];
    private int held;
    private ulong length;
    private (uint A, uint B, uint C, uint D) sums = (uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        length += (ulong)bytes.Length;
        if (held > 0)
        {
            int taken = Math.Min(Turn - held, bytes.Length);
            bytes[..taken].CopyTo(rest.AsSpan(held));
            bytes = bytes[taken..];
            held += taken;
            if (held < Turn)
                return;
            Take(rest);
        }

        int whole = bytes.Length / Turn * Turn;
        Take(bytes[..whole]);
        held = bytes.Length - whole;
        bytes[whole..].CopyTo(rest);
    }

    /// <summary>Of all bytes so far; nothing may come after it.</summary>
    public UInt128 Value()
    {
        rest.AsSpan(held).Clear();
        Take(rest);
        return new(((ulong)sums.A << 32) | sums.B, (((ulong)sums.C << 32) | sums.D) ^ length);
    }

    private void Take(ReadOnlySpan<byte> turns)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(turns);
        (uint a, uint b, uint c, uint d) = sums;
        for (; words.Length >= 4; words = words[4..])
        {
            a = BitOperations.Crc32C(a, words[0]);
            b = BitOperations.Crc32C(b, words[1]);
            c = BitOperations.Crc32C(c, words[2]);
            d = BitOperations.Crc32C(d, words[3]);
        }

        sums = (a, b, c, d);
    }
}

using System.Numerics;
using System.Runtime.InteropServices;

namespace NodeForge.Bundles.Deltas;

/// <summary>Finds in an old file what a new one has too, in time linear in both: of the old file a window of 16 bytes at every fourth byte
/// is known by its hash, and what is found is extended over bytes that differ.</summary>
/// <remarks>The idea is bsdiff's (Percival 2003), without its sorting: programs that were compiled again have the same code with other
/// addresses in it.</remarks>
internal sealed class DeltaMatcher
{
    private const int Window = 16;
    private const int Stride = 4;
    private const int Patience = 16; // differing bytes in excess of equal ones before an extension ends

    private readonly ReadOnlyMemory<byte> old;
    private readonly int[] table; // a window's place / Stride + 1; 0 for none
    private readonly int shift;

    public DeltaMatcher(ReadOnlyMemory<byte> old)
    {
        this.old = old;
        int bits = Math.Clamp(BitOperations.Log2((uint)(old.Length / Stride) | 1) + 1, 8, 28);
        table = new int[1 << bits];
        shift = 64 - bits;
        ReadOnlySpan<byte> bytes = old.Span;
        ulong last = 0;
        for (int at = 0; at + Window <= bytes.Length; at += Stride)
        {
            ulong hash = Hash(bytes, at);
            // A run of one byte fills nothing but its first place.
            if (hash != last && table[hash >> shift] == 0)
                table[hash >> shift] = (at / Stride) + 1;
            last = hash;
        }
    }

    /// <summary>The steps that make a block, in its order.</summary>
    /// <param name="block">New bytes.</param>
    /// <param name="near">Where in the old file the step before ended.</param>
    public List<DeltaStep> Match(ReadOnlySpan<byte> block, long near)
    {
        ReadOnlySpan<byte> bytes = old.Span;
        List<DeltaStep> steps = [];
        (int start, int length, long from) step = (0, 0, near); // the step that is open: copied bytes, then new ones up to the next
        int end = 0;
        for (int at = 0; at + Window <= block.Length; )
        {
            if (Find(bytes, block, at, step.from + (at - step.start)) is not (>= 0 and int place))
            {
                at++;
                continue;
            }

            int back = Backward(bytes, block, at, place, end);
            int forward = Forward(bytes, block, at, place);
            steps.Add(new(step.from, step.length, at - back - end));
            step = (at - back, back + forward, place - back);
            end = at + forward;
            at = end;
        }

        steps.Add(new(step.from, step.length, block.Length - end));
        return steps;
    }

    // The place that the step before leads to comes first: behind some new bytes the old ones often go on.
    private int Find(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> block, int at, long expected)
    {
        if (expected >= 0 && expected + Window <= bytes.Length && Same(bytes, (int)expected, block, at))
            return (int)expected;
        int place = (table[Hash(block, at) >> shift] - 1) * Stride;
        return place >= 0 && Same(bytes, place, block, at) ? place : -1;
    }

    private static int Forward(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> block, int at, int place)
    {
        int most = Math.Min(block.Length - at, bytes.Length - place);
        int best = Window,
            score = 0;
        for (int length = Window; length < most && score > -Patience; )
        {
            int same = bytes[(place + length)..(place + most)].CommonPrefixLength(block[(at + length)..(at + most)]);
            length += same;
            score += same;
            if (same > 0 && score >= 0)
                (best, score) = (length, 0);
            if (length < most)
            {
                length++;
                score--;
            }
        }

        return best;
    }

    private static int Backward(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> block, int at, int place, int end)
    {
        int most = Math.Min(at - end, place);
        int best = 0,
            score = 0;
        for (int length = 1; length <= most && score > -Patience; length++)
        {
            score += bytes[place - length] == block[at - length] ? 1 : -1;
            if (score > 0)
                (best, score) = (length, 0);
        }

        return best;
    }

    private static bool Same(ReadOnlySpan<byte> bytes, int place, ReadOnlySpan<byte> block, int at) =>
        bytes.Slice(place, Window).SequenceEqual(block.Slice(at, Window));

    private static ulong Hash(ReadOnlySpan<byte> bytes, int at)
    {
        ReadOnlySpan<byte> window = bytes.Slice(at, Window);
        ulong low = MemoryMarshal.Read<ulong>(window),
            high = MemoryMarshal.Read<ulong>(window[8..]);
        return (low * 0x9E3779B97F4A7C15UL ^ BitOperations.RotateLeft(high * 0xC2B2AE3D27D4EB4FUL, 31)) * 0x9FB21C651E98DF25UL;
    }
}

/// <summary>A step of making a new file: bytes of the old one with a difference added to each, then new ones.</summary>
/// <param name="From">Where in the old file.</param>
/// <param name="Copied">Bytes that are taken from there.</param>
/// <param name="Added">New bytes that follow.</param>
internal readonly record struct DeltaStep(long From, int Copied, int Added);

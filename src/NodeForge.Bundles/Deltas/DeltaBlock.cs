using System.Buffers.Binary;
using System.Security.Cryptography;
using NodeForge.Oci.Compression;

namespace NodeForge.Bundles.Deltas;

/// <summary>A block of a delta, whole and unpacked.</summary>
/// <param name="Length">New bytes.</param>
internal sealed record DeltaBlock(int Length, byte[] Control, byte[] Gaps, byte[] Ranks, byte[] Words, byte[] Extra)
{
    // Of all streams together. A step makes 16 bytes and its numbers take 13 at most; words, with gaps and ranks, take 6 bytes for 4.
    private const int LongestStreams = 4 * DeltaFormat.BlockBytes;
    private const int LongestFrames = LongestStreams + (LongestStreams >> 8) + (DeltaFormat.Streams * 1024); // zstd.h, ZSTD_COMPRESSBOUND

    /// <param name="delta">Stands at the block.</param>
    /// <param name="ends">The file's header.</param>
    /// <param name="most">New bytes that are still to come.</param>
    /// <param name="where">The delta's name, for messages.</param>
    /// <param name="at">Where it stands.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DeltaDamaged"/>.</exception>
    public static DeltaBlock Read(Stream delta, DeltaEnds ends, long most, string where, ref long at)
    {
        long begin = at;
        byte[] header = Take(delta, DeltaFormat.BlockHeaderBytes + DeltaFormat.DigestBytes, where, ref at);
        int length = Number(header, 0);
        if (
            length is <= 0 or > DeltaFormat.BlockBytes
            || length > most
            || !Fit(header, Unpacked, LongestStreams)
            || !Fit(header, Stored, LongestFrames)
        )
            throw DeltaFaults.Damaged(where, begin, "a block has lengths that none has");
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(DeltaFormat.Header(ends));
        hash.AppendData(header, 0, DeltaFormat.BlockHeaderBytes);
        byte[][] frames = new byte[DeltaFormat.Streams][];
        for (int stream = 0; stream < frames.Length; stream++)
            hash.AppendData(frames[stream] = Take(delta, Stored(header, stream), where, ref at));
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(header.AsSpan(DeltaFormat.BlockHeaderBytes)))
            throw DeltaFaults.Damaged(where, begin, "a block is not what its digest says");
        byte[][] streams =
        [
            .. frames.Select(
                (frame, stream) =>
                    Unpack(frame, Unpacked(header, stream))
                    ?? throw DeltaFaults.Damaged(where, begin, "a stream of a block cannot be unpacked")
            ),
        ];
        return new(length, streams[0], streams[1], streams[2], streams[3], streams[4]);
    }

    /// <param name="old">The old file.</param>
    /// <param name="guesses">What the blocks before this one taught.</param>
    /// <param name="begin">Where in the new file the block begins.</param>
    /// <param name="near">Where in the old file the last step ended.</param>
    /// <returns>The new bytes; null where the steps lead out of the old file, or make more or less than the block has.</returns>
    public byte[]? Apply(Stream old, WordGuesses guesses, long begin, ref long near)
    {
        byte[] content = new byte[Length];
        DifferenceReader difference = new(this, guesses);
        int made = 0,
            added = 0;
        for (int at = 0; at < Control.Length; )
        {
            if (
                !DeltaFormat.TryReadNumber(Control, ref at, out long copied)
                || !DeltaFormat.TryReadNumber(Control, ref at, out long extra)
                || !DeltaFormat.TryReadNumber(Control, ref at, out long moved)
            )
                return null;
            long from = near + DeltaFormat.ZigZag((ulong)moved);
            if (
                copied > Length - made
                || extra > Length - made - copied
                || extra > Extra.Length - added
                || from < 0
                || from > old.Length - copied
            )
                return null;
            Span<byte> target = content.AsSpan(made, (int)copied);
            if (!ReadOld(old, from, target) || !difference.AddTo(target, from, begin + made))
                return null;
            Extra.AsSpan(added, (int)extra).CopyTo(content.AsSpan(made + (int)copied));
            (made, added, near) = (made + (int)(copied + extra), added + (int)extra, from + copied);
        }

        return made == Length && added == Extra.Length && difference.IsAtEnd ? content : null;
    }

    private static bool ReadOld(Stream old, long from, Span<byte> target)
    {
        if (target.IsEmpty)
            return true;
        old.Position = from;
        return old.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) == target.Length;
    }

    private static bool Fit(byte[] header, Func<byte[], int, int> lengthOf, int most)
    {
        long all = 0;
        for (int stream = 0; stream < DeltaFormat.Streams; stream++)
        {
            int length = lengthOf(header, stream);
            all += length;
            if (length < 0 || all > most)
                return false;
        }

        return true;
    }

    private static int Unpacked(byte[] header, int stream) => Number(header, 4 + (8 * stream));

    private static int Stored(byte[] header, int stream) => Number(header, 8 + (8 * stream));

    private static int Number(byte[] header, int at) => BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(at));

    private static byte[]? Unpack(byte[] frame, int length)
    {
        if (length == 0)
            return frame.Length == 0 ? frame : null;
        byte[] content = new byte[length];
        return ZstdBlock.TryDecode(frame, content) ? content : null;
    }

    private static byte[] Take(Stream delta, int length, string where, ref long at)
    {
        byte[] bytes = new byte[length];
        int got = delta.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        if (got < length)
            throw DeltaFaults.Damaged(where, at + got, "the delta ends here");
        at += length;
        return bytes;
    }

    /// <summary>Adds what differs to the bytes that are taken, step by step.</summary>
    private sealed class DifferenceReader(DeltaBlock block, WordGuesses guesses)
    {
        private int gapAt;
        private int rankAt;
        private int wordAt;
        private long gap = -1; // bytes that stay before the next word; -1 before it is read

        public bool IsAtEnd => gap < 0 && gapAt == block.Gaps.Length && rankAt == block.Ranks.Length && wordAt == block.Words.Length;

        /// <param name="target">The old bytes; becomes the new ones.</param>
        /// <param name="from">Their place in the old file.</param>
        /// <param name="to">Their place in the new file.</param>
        /// <returns>False where the streams are not what they should be.</returns>
        public bool AddTo(Span<byte> target, long from, long to)
        {
            for (int at = 0; at < target.Length; )
            {
                if (gap < 0)
                {
                    if (gapAt == block.Gaps.Length)
                        return true; // all else stays
                    if (!DeltaFormat.TryReadNumber(block.Gaps, ref gapAt, out gap))
                        return false;
                }

                int stays = (int)Math.Min(gap, target.Length - at);
                (gap, at) = (gap - stays, at + stays);
                if (at == target.Length)
                    return true;
                int length = Math.Min(sizeof(uint), target.Length - at);
                uint before = DeltaFormat.Word(target.Slice(at, length));
                guesses.Ask(before, from + at, to + at);
                if (!TryRead(out uint distance))
                    return false;
                guesses.Learn(distance);
                for (int digit = 0; digit < length; digit++)
                    target[at + digit] = (byte)((before + distance) >> (8 * digit));
                (gap, at) = (-1, at + length);
            }

            return true;
        }

        private bool TryRead(out uint distance)
        {
            distance = 0;
            if (rankAt == block.Ranks.Length)
                return false;
            int rank = block.Ranks[rankAt++];
            if (rank < WordGuesses.Count)
                return guesses.TryGuess(rank, out distance);
            if (rank > WordGuesses.Count || wordAt + sizeof(uint) > block.Words.Length)
                return false;
            uint stored = BinaryPrimitives.ReadUInt32LittleEndian(block.Words.AsSpan(wordAt));
            distance = (stored >> 1) ^ (uint)-(int)(stored & 1);
            wordAt += sizeof(uint);
            return true;
        }
    }
}

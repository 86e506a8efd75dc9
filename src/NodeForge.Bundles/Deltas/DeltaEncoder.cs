using System.Buffers.Binary;
using System.Security.Cryptography;
using NodeForge.Oci;
using NodeForge.Oci.Compression;

namespace NodeForge.Bundles.Deltas;

/// <summary>Makes a delta: what a file has that an older one has not. The same two files give the same bytes on every machine.</summary>
/// <remarks>Held in memory are the old file, an index of its size, and a block of the new one.</remarks>
public static class DeltaEncoder
{
    private const int Level = 9;

    // New bytes are few, and often tables: zstd's last strategies halve them, in half a second for each MiB.
    private const int ExtraLevel = 18;
    private const int MostExtra = 2 << 20; // bytes in a block; more of them are no patch release

    /// <summary>Whether a delta of such files can be made.</summary>
    public static bool Fits(long oldSize, long newSize) => oldSize <= DeltaFormat.LongestOld && newSize <= DeltaFormat.LongestNew;

    /// <param name="ends">Both files by digest and size.</param>
    /// <param name="old">The old one.</param>
    /// <param name="newer">The new one; is read once, to its end.</param>
    /// <param name="output">Takes the delta.</param>
    /// <param name="cancellationToken">Ends it between two blocks.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>: the new file is not what its digest and size say. The
    /// old one is believed: a delta of another would be refused when it is applied.</exception>
    public static void Encode(DeltaEnds ends, ReadOnlyMemory<byte> old, Stream newer, Stream output, CancellationToken cancellationToken)
    {
        if (old.Length != ends.OldSize || !Fits(ends.OldSize, ends.NewSize))
            throw new ArgumentException("The old file has another length than is said of it, or is too long.", nameof(old));
        byte[] header = DeltaFormat.Header(ends);
        output.Write(header);
        DeltaMatcher matcher = new(old);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[(int)Math.Min(DeltaFormat.BlockBytes, Math.Max(ends.NewSize, 1))];
        WordGuesses guesses = new();
        long near = 0;
        long done = 0;
        for (int length; (length = newer.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)) > 0; done += length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(block, 0, length);
            near = WriteBlock(header, matcher, old.Span, block.AsSpan(0, length), near, new(guesses, done), output);
        }

        Digest digest = Digest.FromHash(hash.GetHashAndReset());
        if (done != ends.NewSize || digest != ends.New)
            throw DeltaFaults.WrongContent(ends.New.ToString(), $"{digest}, {done} bytes", $"{ends.New}, {ends.NewSize} bytes");
    }

    private static long WriteBlock(
        byte[] ends,
        DeltaMatcher matcher,
        ReadOnlySpan<byte> old,
        ReadOnlySpan<byte> block,
        long near,
        DifferenceWriter difference,
        Stream output
    )
    {
        List<DeltaStep> steps = matcher.Match(block, near);
        List<byte> control = [];
        byte[] extra = new byte[steps.Sum(step => step.Added)];
        int at = 0,
            added = 0;
        foreach (DeltaStep step in steps)
        {
            DeltaFormat.WriteNumber(control, (ulong)step.Copied);
            DeltaFormat.WriteNumber(control, (ulong)step.Added);
            DeltaFormat.WriteNumber(control, DeltaFormat.ZigZag(step.From - near));
            near = step.From + step.Copied;
            difference.Add(old, step.From, block.Slice(at, step.Copied), at);
            block.Slice(at + step.Copied, step.Added).CopyTo(extra.AsSpan(added));
            (at, added) = (at + step.Copied + step.Added, added + step.Added);
        }

        Write(
            ends,
            block.Length,
            [
                [.. control],
                [.. difference.Gaps],
                [.. difference.Ranks],
                [.. difference.Words],
                extra,
            ],
            output
        );
        return near;
    }

    private static void Write(byte[] ends, int length, byte[][] streams, Stream output)
    {
        byte[] header = new byte[DeltaFormat.BlockHeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        byte[][] frames = new byte[streams.Length][];
        for (int stream = 0; stream < streams.Length; stream++)
        {
            bool tight = stream == streams.Length - 1 && streams[stream].Length <= MostExtra;
            frames[stream] = streams[stream].Length == 0 ? [] : ZstdBlock.Encode(streams[stream], tight ? ExtraLevel : Level);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4 + (8 * stream)), streams[stream].Length);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8 + (8 * stream)), frames[stream].Length);
        }

        output.Write(header);
        output.Write(SHA256.HashData([.. ends, .. header, .. frames.SelectMany(frame => frame)]));
        foreach (byte[] frame in frames)
            output.Write(frame);
    }

    /// <summary>What differs in the bytes that are taken.</summary>
    /// <param name="guesses">Of the whole file.</param>
    /// <param name="begin">Where in the new file the block begins.</param>
    private sealed class DifferenceWriter(WordGuesses guesses, long begin)
    {
        private int gap;

        public List<byte> Gaps { get; } = [];

        public List<byte> Ranks { get; } = [];

        public List<byte> Words { get; } = [];

        /// <param name="old">The old file.</param>
        /// <param name="from">Where in it the bytes are taken.</param>
        /// <param name="newer">What they become.</param>
        /// <param name="to">Where in the block that is.</param>
        public void Add(ReadOnlySpan<byte> old, long from, ReadOnlySpan<byte> newer, int to)
        {
            ReadOnlySpan<byte> taken = old.Slice((int)from, newer.Length);
            for (int at = 0; at < newer.Length; )
            {
                int same = taken[at..].CommonPrefixLength(newer[at..]);
                (gap, at) = (gap + same, at + same);
                if (at == newer.Length)
                    return;
                int length = Math.Min(sizeof(uint), newer.Length - at);
                uint before = DeltaFormat.Word(taken.Slice(at, length));
                uint distance = DeltaFormat.Word(newer.Slice(at, length)) - before;
                guesses.Ask(before, from + at, begin + to + at);
                DeltaFormat.WriteNumber(Gaps, (ulong)gap);
                Write(guesses.RankOf(distance), distance);
                guesses.Learn(distance);
                (gap, at) = (0, at + length);
            }
        }

        private void Write(int rank, uint distance)
        {
            Ranks.Add((byte)rank);
            if (rank < WordGuesses.Count)
                return;
            Span<byte> word = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(word, (distance << 1) ^ (uint)((int)distance >> 31));
            Words.AddRange(word);
        }
    }
}

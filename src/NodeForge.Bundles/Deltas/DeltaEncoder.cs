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
        long near = 0;
        long done = 0;
        for (int length; (length = newer.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)) > 0; done += length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(block, 0, length);
            near = WriteBlock(header, matcher, old.Span, block.AsSpan(0, length), near, output);
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
        Stream output
    )
    {
        List<DeltaStep> steps = matcher.Match(block, near);
        List<byte> control = [];
        DifferenceWriter difference = new();
        byte[] extra = new byte[steps.Sum(step => step.Added)];
        int at = 0,
            added = 0;
        foreach (DeltaStep step in steps)
        {
            DeltaFormat.WriteNumber(control, (ulong)step.Copied);
            DeltaFormat.WriteNumber(control, (ulong)step.Added);
            DeltaFormat.WriteNumber(control, DeltaFormat.ZigZag(step.From - near));
            near = step.From + step.Copied;
            difference.Add(old.Slice((int)step.From, step.Copied), block.Slice(at, step.Copied));
            block.Slice(at + step.Copied, step.Added).CopyTo(extra.AsSpan(added));
            (at, added) = (at + step.Copied + step.Added, added + step.Added);
        }

        Write(
            ends,
            block.Length,
            [
                [.. control],
                [.. difference.Gaps],
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
        output.Write(SHA256.HashData([.. ends, .. header, .. frames[0], .. frames[1], .. frames[2], .. frames[3]]));
        foreach (byte[] frame in frames)
            output.Write(frame);
    }

    /// <summary>What differs in the bytes that are taken: gaps and words.</summary>
    private sealed class DifferenceWriter
    {
        private int gap;

        public List<byte> Gaps { get; } = [];

        public List<byte> Words { get; } = [];

        public void Add(ReadOnlySpan<byte> old, ReadOnlySpan<byte> newer)
        {
            Span<byte> word = stackalloc byte[sizeof(uint)];
            for (int at = 0; at < newer.Length; )
            {
                int same = old[at..].CommonPrefixLength(newer[at..]);
                (gap, at) = (gap + same, at + same);
                if (at == newer.Length)
                    return;
                int length = Math.Min(sizeof(uint), newer.Length - at);
                int distance = (int)(DeltaFormat.Word(newer.Slice(at, length)) - DeltaFormat.Word(old.Slice(at, length)));
                DeltaFormat.WriteNumber(Gaps, (ulong)gap);
                BinaryPrimitives.WriteUInt32LittleEndian(word, (uint)(distance << 1) ^ (uint)(distance >> 31));
                Words.AddRange(word);
                (gap, at) = (0, at + length);
            }
        }
    }
}

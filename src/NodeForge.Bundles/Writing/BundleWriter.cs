using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;
using NodeForge.Oci.Compression;

namespace NodeForge.Bundles.Writing;

/// <summary>How a bundle is written.</summary>
public sealed record BundleOptions
{
    /// <summary>Bytes that a volume may have; 0 for one file.</summary>
    public long VolumeSize { get; init; }

    /// <summary>Of zstd, 1 to 19.</summary>
    public int Level { get; init; } = 3;

    /// <summary>Bytes of a blob that are compressed, and damaged, together.</summary>
    internal int ChunkSize { get; init; } = 4 << 20;

    /// <summary>The hardest level, in the longest pieces that a bundle may have: each is in memory whole wherever it is read.</summary>
    public static BundleOptions Smallest { get; } = new() { Level = 19, ChunkSize = BundleLimits.LargestChunk };

    internal ZstdBlockEncoder Encoder() => new(Level, ChunkSize);
}

/// <param name="Files">The volumes, in order.</param>
/// <param name="Set">Names the bundle as it is cut and encoded.</param>
/// <param name="Index">The digest of the index, which names every byte of content.</param>
/// <param name="PlainSize">Bytes of content, each blob once.</param>
/// <param name="Size">Bytes of all volumes.</param>
public sealed record WrittenBundle(IReadOnlyList<string> Files, Digest Set, Digest Index, long PlainSize, long Size);

/// <summary>Writes bundles. A blob is read once, checked while it is read, compressed side by side in pieces, and written in order: the
/// same plan gives the same bytes.</summary>
public static class BundleWriter
{
    // One more than processors are worth: the thread that reads and hashes is another.
    private const int Ahead = 3;

    /// <summary>Writes a bundle, which is there whole or not at all.</summary>
    /// <param name="plan">What is in it.</param>
    /// <param name="file">The bundle's file; of volumes what they are called before <c>.001</c>.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleVolumeSize"/>, <see cref="ErrorCodes.DiskFull"/>,
    /// <see cref="ErrorCodes.DigestMismatch"/>: a file was
    /// changed meanwhile; what a source fails with.</exception>
    public static Task<WrittenBundle> WriteAsync(
        BundlePlan plan,
        string file,
        BundleOptions options,
        IForgeReporter reporter,
        CancellationToken cancellationToken
    ) => Task.Run(() => RunAsync(plan, Path.GetFullPath(file), options, reporter, cancellationToken), cancellationToken);

    [SuppressMessage("Reliability", "CA2000", Justification = "What a blob is carried from is disposed of by its using declaration.")]
    private static async Task<WrittenBundle> RunAsync(
        BundlePlan plan,
        string file,
        BundleOptions options,
        IForgeReporter reporter,
        CancellationToken cancellationToken
    )
    {
        byte[] index = BundleJson.Write(plan.Index);
        if (index.Length > BundleLimits.LongestIndex)
            throw BundleFaults.Invalid(
                file,
                "the bundle's index would be longer than it may be",
                $"{index.Length} bytes",
                $"{BundleLimits.LongestIndex} bytes"
            );
        VolumeHeader header = new VolumeHeader(
            default,
            Digest.Of(index),
            index.Length,
            0,
            0,
            options.VolumeSize,
            options.ChunkSize,
            ZstdBlockEncoder.NameOf(options.Level)
        ).Named();
        long plain = plan.Blobs.Sum(blob => blob.Descriptor.Size);
        using ForgeStep step = reporter.Step($"write {file}", plain);
        using VolumeOutput output = new(file, header);
        using ChunkEncoders encoders = new(options);
        Queue<Task<EncodedChunk>> pending = new();
        try
        {
            PlannedBlob listed = new(
                new("application/json", header.IndexDigest, index.Length),
                Compress: true,
                _ => new(new MemoryStream(index, writable: false))
            );
            int number = 0;
            foreach (PlannedBlob blob in plan.Blobs.Prepend(listed))
            {
                using KeptBlob? carried = KeptBlob.TryOpen(blob, header);
                await foreach (
                    Task<EncodedChunk> chunk in (
                        carried is null
                            ? ReadAsync(blob, number, options, encoders, cancellationToken)
                            : CarryAsync(carried, number, cancellationToken)
                    ).ConfigureAwait(false)
                )
                {
                    pending.Enqueue(chunk);
                    if (pending.Count > Ahead)
                        Append(output, await pending.Dequeue().ConfigureAwait(false), step);
                }

                number++;
                // Its records are checked as long as it is open.
                while (carried is not null && pending.TryDequeue(out Task<EncodedChunk>? chunk))
                    Append(output, await chunk.ConfigureAwait(false), step);
            }

            while (pending.TryDequeue(out Task<EncodedChunk>? chunk))
                Append(output, await chunk.ConfigureAwait(false), step);
        }
        finally
        {
            foreach (Task<EncodedChunk> chunk in pending)
                await ((Task)chunk).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        (IReadOnlyList<string> files, long size) = output.Publish();
        step.Finish(ByteCount.Show(size));
        return new(files, header.Set, header.IndexDigest, plain, size);
    }

    private static async IAsyncEnumerable<Task<EncodedChunk>> ReadAsync(
        PlannedBlob blob,
        int number,
        BundleOptions options,
        ChunkEncoders encoders,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Stream content = await blob.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            int part = 0;
            for (long left = blob.Descriptor.Size; left > 0; )
            {
                cancellationToken.ThrowIfCancellationRequested();
                int length = (int)Math.Min(left, options.ChunkSize);
                byte[] plain = ArrayPool<byte>.Shared.Rent(length);
                await content.ReadExactlyAsync(plain.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                left -= length;
                int at = part++;
                yield return Task.Run(() => encoders.Encode(plain, length, number, at, blob.Compress), CancellationToken.None);
            }

            // A stream that checks itself does so at its end; of nothing the end is the beginning.
            if (blob.Descriptor.Size == 0)
                await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async IAsyncEnumerable<Task<EncodedChunk>> CarryAsync(
        KeptBlob carried,
        int number,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (PlacedRecord placed in carried.Records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] stored = carried.Read(placed);
            RecordHeader header = placed.Record with { Blob = number };
            yield return Task.Run(
                () => new EncodedChunk(header, stored) { Carried = carried, Plain = carried.Unpack(placed, stored) },
                CancellationToken.None
            );
        }
    }

    private static void Append(VolumeOutput output, EncodedChunk chunk, ForgeStep step)
    {
        if (chunk is { Carried: { } carried, Plain: { } plain })
        {
            carried.Check(plain.AsSpan(0, chunk.Header.PlainLength));
            if (plain != chunk.Bytes)
                ArrayPool<byte>.Shared.Return(plain);
        }

        output.Append(chunk.Header, chunk.Bytes.AsSpan(0, chunk.Header.StoredLength));
        step.Advance(chunk.Header.Blob == 0 ? 0 : chunk.Header.PlainLength);
        ArrayPool<byte>.Shared.Return(chunk.Bytes);
    }

    /// <param name="Header">Without its offset.</param>
    /// <param name="Bytes">Rented.</param>
    private sealed record EncodedChunk(RecordHeader Header, byte[] Bytes)
    {
        /// <summary>What has to hear what the bytes unpack to; null where they were made here.</summary>
        public KeptBlob? Carried { get; init; }

        /// <summary>Rented, or the bytes themselves.</summary>
        public byte[]? Plain { get; init; }
    }

    /// <summary>An encoder for each thread that compresses.</summary>
    private sealed class ChunkEncoders(BundleOptions options) : IDisposable
    {
        private readonly ConcurrentBag<ZstdBlockEncoder> idle = [];

        public EncodedChunk Encode(byte[] plain, int length, int blob, int part, bool compress)
        {
            if (compress)
            {
                byte[] output = ArrayPool<byte>.Shared.Rent(ZstdBlockEncoder.Bound(length));
                ZstdBlockEncoder encoder = idle.TryTake(out ZstdBlockEncoder? there) ? there : options.Encoder();
                int stored = encoder.Encode(plain.AsSpan(0, length), output);
                idle.Add(encoder);
                byte[] other = stored < length ? plain : output;
                ArrayPool<byte>.Shared.Return(other);
                if (stored < length)
                    return new(new(blob, part, Compressed: true, stored, length, 0, Digest.Of(output.AsSpan(0, stored))), output);
            }

            return new(new(blob, part, Compressed: false, length, length, 0, Digest.Of(plain.AsSpan(0, length))), plain);
        }

        public void Dispose()
        {
            while (idle.TryTake(out ZstdBlockEncoder? encoder))
                encoder.Dispose();
        }
    }
}

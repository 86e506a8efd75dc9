using System.Buffers;

namespace NodeForge.Oci.Tar;

/// <summary>Reads an archive forwards and counts its bytes; what is not wanted is skipped by seeking where the stream can.</summary>
internal sealed class TarInput(Stream archive, CancellationToken cancellationToken) : IDisposable
{
    private const int BufferSize = 1 << 16;

    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int start;
    private int end;

    /// <summary>Bytes taken so far: the place of the next one in the archive.</summary>
    public long Offset { get; private set; }

    /// <summary>Reads what is there, at most the length.</summary>
    public int Read(Span<byte> bytes)
    {
        if (start == end && bytes.Length >= BufferSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Count(archive.Read(bytes));
        }

        if (start == end && !Refill())
            return 0;
        int count = Math.Min(end - start, bytes.Length);
        buffer.AsSpan(start, count).CopyTo(bytes);
        start += count;
        return Count(count);
    }

    /// <returns>How many bytes there were: fewer than asked for only at the end of the archive.</returns>
    public int Fill(Span<byte> bytes)
    {
        int filled = 0;
        while (filled < bytes.Length && Read(bytes[filled..]) is > 0 and int count)
            filled += count;
        return filled;
    }

    /// <returns>How many bytes there were to skip.</returns>
    public long Skip(long count)
    {
        long buffered = Math.Min(end - start, count);
        start += (int)buffered;
        Offset += buffered;
        return count == buffered ? count : buffered + (archive.CanSeek ? SkipBySeeking(count - buffered) : SkipByReading(count - buffered));
    }

    // A seek past the end succeeds, so the length decides what was there.
    private long SkipBySeeking(long count)
    {
        long there = Math.Clamp(archive.Length - archive.Position, 0, count);
        archive.Seek(there, SeekOrigin.Current);
        Offset += there;
        return there;
    }

    private long SkipByReading(long count)
    {
        long skipped = 0;
        while (skipped < count && Refill())
        {
            int part = (int)Math.Min(end, count - skipped);
            start = part;
            skipped += Count(part);
        }

        return skipped;
    }

    private bool Refill()
    {
        cancellationToken.ThrowIfCancellationRequested();
        start = 0;
        end = archive.Read(buffer, 0, BufferSize);
        return end > 0;
    }

    private int Count(int count)
    {
        Offset += count;
        return count;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}

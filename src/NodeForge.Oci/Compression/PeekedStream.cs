using NodeForge.Oci.Content;

namespace NodeForge.Oci.Compression;

/// <summary>A stream whose first bytes have been looked at, and whose bytes are counted.</summary>
internal sealed class PeekedStream : ReadOnlyStream
{
    private readonly Stream inner;
    private readonly byte[] head;
    private int given;

    public PeekedStream(Stream inner, int length)
    {
        this.inner = inner;
        head = new byte[length];
        int there = inner.ReadAtLeast(head, length, throwOnEndOfStream: false);
        Array.Resize(ref head, there);
    }

    public ReadOnlySpan<byte> Head => head;

    /// <summary>Bytes that were read so far.</summary>
    public long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int count;
        if (given < head.Length)
        {
            count = Math.Min(buffer.Length, head.Length - given);
            head.AsSpan(given, count).CopyTo(buffer);
            given += count;
        }
        else
            count = inner.Read(buffer);
        Count += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}

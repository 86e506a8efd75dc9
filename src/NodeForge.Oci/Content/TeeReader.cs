using NodeForge.Oci.Content;

namespace NodeForge.Oci.Content;

/// <summary>Passes on what is read, and writes it down: a blob is decoded while it is copied, and read once.</summary>
/// <param name="inner">The bytes; stays open.</param>
/// <param name="copy">Gets them too; stays open.</param>
internal sealed class TeeReader(Stream inner, Stream copy) : ReadOnlyStream
{
    public long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        copy.Write(buffer[..read]);
        Count += read;
        return read;
    }

    /// <summary>Reads what a decoder left.</summary>
    public void Drain(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 17];
        while (Read(buffer.AsSpan()) > 0)
            cancellationToken.ThrowIfCancellationRequested();
    }
}

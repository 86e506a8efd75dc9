using NodeForge.Oci.Content;

namespace NodeForge.Engines.Connecting;

/// <summary>One connection to an engine: bytes both ways, each way closed on its own.</summary>
/// <remarks>The half close is what tells a program in a container that its standard input has ended.</remarks>
internal sealed class EngineConnection(Stream reader, Stream writer, Func<CancellationToken, ValueTask> closeWrite, Action release)
    : SequentialStream
{
    private int released;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    /// <summary>Ends our side; the other one can still be read.</summary>
    public ValueTask CloseWriteAsync(CancellationToken cancellationToken) => closeWrite(cancellationToken);

    public override int Read(Span<byte> buffer) => reader.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        reader.ReadAsync(buffer, cancellationToken);

    public override void Write(ReadOnlySpan<byte> buffer) => writer.Write(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        writer.WriteAsync(buffer, cancellationToken);

    public override void Flush() => writer.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => writer.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref released, 1) == 0)
            release();
        base.Dispose(disposing);
    }
}

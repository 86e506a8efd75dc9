using NodeForge.Oci.Content;

namespace NodeForge.Engines.Calling;

/// <summary>The body of an answer. Reading past a broken connection tells of the engine, not of HTTP.</summary>
internal sealed class AnswerStream(Stream body, IDisposable owner, Func<Exception, NodeForgeException> lost) : SequentialStream
{
    public override bool CanRead => true;

    public override bool CanWrite => body.CanWrite;

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return body.Read(buffer);
        }
        catch (IOException failure)
        {
            throw lost(failure);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw lost(failure);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer) => body.Write(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        body.WriteAsync(buffer, cancellationToken);

    public override void Flush() => body.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
            owner.Dispose();
        }

        base.Dispose(disposing);
    }
}

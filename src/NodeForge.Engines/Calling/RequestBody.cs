using NodeForge.Oci.Content;

namespace NodeForge.Engines.Calling;

/// <summary>The write side of a request body. Remembers whether the connection broke, to tell it from a failure of the author's.</summary>
internal sealed class RequestBody(Stream connection) : WriteOnlyStream
{
    public bool Broken { get; private set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Broken = true;
        connection.Write(buffer);
        Broken = false;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Broken = true;
        await connection.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        Broken = false;
    }

    public override void Flush() => connection.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => connection.FlushAsync(cancellationToken);
}

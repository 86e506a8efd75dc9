using NodeForge.Oci.Content;

namespace NodeForge.Engines.Calling;

/// <summary>An answer that may have so many bytes and no more.</summary>
internal sealed class LimitedAnswer(Stream body, long most) : ReadOnlyStream
{
    private long count;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    public override int Read(Span<byte> buffer) => Count(body.Read(buffer));

    // Disposed with the answer that it reads.
    private int Count(int read)
    {
        count += read;
        return count <= most ? read : throw new System.Text.Json.JsonException($"it has more than {most} bytes");
    }
}

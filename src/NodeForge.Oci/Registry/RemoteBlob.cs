using NodeForge.Oci.Content;

namespace NodeForge.Oci.Registry;

/// <summary>A blob on its way.</summary>
public sealed class RemoteBlob : IDisposable
{
    private readonly HttpResponseMessage response;

    internal RemoteBlob(HttpResponseMessage response, Stream content, long offset)
    {
        this.response = response;
        Content = content;
        Offset = offset;
    }

    /// <summary>The bytes from <see cref="Offset"/> on. Reading fails where the connection breaks, ends early or goes on too long, and at
    /// the end when the digest is wrong.</summary>
    public Stream Content { get; }

    /// <summary>Where the bytes begin: what was asked for, or 0 when the registry does not know ranges.</summary>
    public long Offset { get; }

    /// <summary>The bytes as a stream that ends the exchange when it is disposed.</summary>
    internal Stream AsStream() => new Owning(this);

    public void Dispose()
    {
        Content.Dispose();
        response.Dispose();
    }

    private sealed class Owning(RemoteBlob blob) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer) => blob.Content.Read(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            blob.Content.ReadAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                blob.Dispose();
            base.Dispose(disposing);
        }
    }
}

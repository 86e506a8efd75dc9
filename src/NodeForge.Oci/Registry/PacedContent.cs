using System.Net;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Registry;

/// <summary>A request's body that buys time with every piece that the network takes.</summary>
internal sealed class PacedContent : HttpContent
{
    private readonly HttpContent inner;
    private readonly ExchangeLimit limit;
    private readonly RegistryOptions options;

    public PacedContent(HttpContent inner, ExchangeLimit limit, RegistryOptions options)
    {
        this.inner = inner;
        this.limit = limit;
        this.options = options;
        foreach ((string name, IEnumerable<string> values) in inner.Headers)
            Headers.TryAddWithoutValidation(name, values);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        PacedStream paced = new(stream, limit, options.StallTimeout);
        await using (paced.ConfigureAwait(false))
            await inner.CopyToAsync(paced, context, cancellationToken).ConfigureAwait(false);
        limit.Restart(options.CommitTimeout);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = inner.Headers.ContentLength ?? 0;
        return inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    // The network's stream stays open: it is the connection's.
    private sealed class PacedStream(Stream network, ExchangeLimit limit, TimeSpan stall) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            network.Write(buffer);
            limit.Restart(stall);
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await network.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            limit.Restart(stall);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => network.FlushAsync(cancellationToken);
    }
}

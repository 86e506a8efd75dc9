using System.Net;
using System.Net.Http.Headers;

namespace NodeForge.Engines.Calling;

/// <summary>A request body that its author writes straight into the connection, chunk by chunk.</summary>
/// <remarks>An exception of the author's is kept in <see cref="AuthorFailure"/>: HTTP would hide it behind one of its own.</remarks>
internal sealed class PushedContent : HttpContent
{
    private readonly Func<Stream, CancellationToken, Task> write;

    public PushedContent(string mediaType, Func<Stream, CancellationToken, Task> write)
    {
        this.write = write;
        Headers.ContentType = new MediaTypeHeaderValue(mediaType);
    }

    public Exception? AuthorFailure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        RequestBody body = new(stream);
        try
        {
            await write(body, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!body.Broken)
        {
            AuthorFailure = failure;
            throw;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

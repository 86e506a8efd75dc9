using System.Net;
using System.Net.Http.Headers;

namespace NodeForge.Oci.Registry;

/// <summary>A blob as the body of a request. Opened when it is sent: a second attempt reads from the beginning.</summary>
internal sealed class BlobUpload : HttpContent
{
    private readonly Layer layer;

    public BlobUpload(Layer layer)
    {
        this.layer = layer;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Headers.ContentLength = layer.Descriptor.Size;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Stream content = await layer.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
            await content.CopyToAsync(stream, 1 << 17, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = layer.Descriptor.Size;
        return true;
    }
}

using System.Net;
using System.Net.Http.Headers;
using NodeForge.Oci;

namespace NodeForge.TestSupport.Registry;

/// <summary>All registries of the world at once: whatever image they are asked for, they have the same one. For what asks registries that
/// no test may reach.</summary>
public sealed class EveryRegistry : HttpMessageHandler
{
    public static readonly Digest Config = Digest.Of("config"u8);
    public static readonly Digest Layer = Digest.Of("layer"u8);

    private static readonly byte[] manifest = OciJson.Write(
        new Manifest { Config = new(MediaTypes.Config, Config, 6), Layers = [new(MediaTypes.LayerGzip, Layer, 5)] }
    );

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        bool known = request.RequestUri!.AbsolutePath.Contains("/manifests/", StringComparison.Ordinal);
        HttpResponseMessage answer = new(known ? HttpStatusCode.OK : HttpStatusCode.NotFound)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(known ? manifest : []),
        };
        answer.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Manifest);
        return Task.FromResult(answer);
    }
}

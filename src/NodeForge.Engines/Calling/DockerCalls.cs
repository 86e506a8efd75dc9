using Docker.DotNet;
using Docker.DotNet.Handler.Abstractions;
using Microsoft.Extensions.Logging;

namespace NodeForge.Engines.Calling;

/// <summary>Puts Docker.DotNet's client on our connections, so that every endpoint serves it and every failure is told in the house's
/// words.</summary>
internal sealed class DockerCalls : IDockerHandlerFactory<EngineTransport>
{
    private static readonly DockerCalls Factory = new();

    private DockerCalls() { }

    public static DockerClient Over(EngineTransport transport) =>
        new DockerClientBuilder()
            .WithEndpoint(EngineTransport.Host)
            .WithApiVersion(transport.Version)
            .WithTimeout(Timeout.InfiniteTimeSpan)
            .WithTransportOptions(Factory, transport)
            .Build();

    public ResolvedTransport CreateHandler(EngineTransport transportOptions, ResolvedClientOptions clientOptions, ILogger logger) =>
        new(new Handler(transportOptions), EngineTransport.Host);

    public ResolvedTransport CreateHandler(ResolvedClientOptions clientOptions, ILogger logger) => throw new NotSupportedException();

    public Task<WriteClosableStream> HijackStreamAsync(HttpContent content) =>
        throw new NotSupportedException("streams both ways are EngineTransport's own");

    // Docker.DotNet reads an answer whole and without limits, so it gets one that is read already.
    private sealed class Handler(EngineTransport transport) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
            try
            {
                response.Content = new ByteArrayContent(await transport.ReadAsync(response, cancellationToken).ConfigureAwait(false));
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Net;
using NodeForge.Images.Fetching;
using NodeForge.Oci.Registry;

namespace NodeForge;

/// <summary>The way out of this machine. Locking, fetching and pushing are handed one; every other step has none to ask.</summary>
/// <param name="host">Its proxies and docker's credentials.</param>
/// <param name="instead">Makes what takes the requests; null lets them out.</param>
/// <param name="holders">Which repositories have which blobs; null begins anew.</param>
internal sealed class Network(HostEnvironment host, Func<HttpMessageHandler>? instead, BlobHolders? holders = null) : IDisposable
{
    private readonly List<IDisposable> opened = [];

    /// <summary>What an offline step is handed: nobody comes out, and whoever tries has a fault.</summary>
    public static Network Closed(HostEnvironment host) => new(host, () => new ClosedHandler());

    /// <param name="proxies">The way to servers.</param>
    public HttpConnections Servers(IWebProxy proxies) => Keep(new HttpConnections(instead?.Invoke(), proxies));

    [SuppressMessage("Reliability", "CA2000", Justification = "Kept, and disposed of with this.")]
    public RegistryClient Registries() =>
        Keep(
            new RegistryClient(
                Keep(instead?.Invoke() ?? RegistryClient.CreateHandler(host.Proxies)),
                new RegistryOptions
                {
                    Credentials = new DockerCredentials(host),
                    Clock = host.Clock,
                    Holders = holders ?? new(),
                }
            )
        );

    public void Dispose()
    {
        for (int last = opened.Count - 1; last >= 0; last--)
            opened[last].Dispose();
    }

    private T Keep<T>(T one)
        where T : IDisposable
    {
        opened.Add(one);
        return one;
    }

    private sealed class ClosedHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"A step without a network asks for {request.RequestUri}.");
    }
}

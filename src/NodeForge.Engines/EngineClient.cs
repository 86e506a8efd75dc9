using NodeForge.Engines.Calling;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Containers;
using NodeForge.Engines.Images;
using NodeForge.Engines.Networks;
using NodeForge.Engines.Volumes;

namespace NodeForge.Engines;

/// <summary>Calls a Docker engine, or Podman through its compatible socket.</summary>
/// <remarks>Safe for use by several threads. Every failure is a <see cref="NodeForgeException"/> of the NF55 range that names the endpoint
/// tried.</remarks>
public sealed class EngineClient : IDisposable
{
    // 1.41 is Docker 20.10 and Podman 4: cgroup namespaces chosen per container and exec's with platforms begin there.
    private static readonly Version Oldest = new(1, 41);
    private static readonly Version Newest = new(1, 51);

    private readonly EngineTransport transport;

    private EngineClient(EngineTransport transport, Version apiVersion, EngineDifferences differences)
    {
        this.transport = transport;
        ApiVersion = apiVersion;
        Differences = differences;
        Images = new(transport);
        Containers = new(transport, differences);
        Networks = new(transport);
        Volumes = new(transport);
    }

    public EngineEndpoint Endpoint => transport.Endpoint;

    /// <summary>The API version that calls are made in: the newest that both sides know.</summary>
    public Version ApiVersion { get; }

    /// <summary>What this engine does otherwise than others.</summary>
    public EngineDifferences Differences { get; }

    public EngineImages Images { get; }

    public EngineContainers Containers { get; }

    public EngineNetworks Networks { get; }

    public EngineVolumes Volumes { get; }

    /// <summary>Connects and agrees on a version.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineUnreachable"/>, <see cref="ErrorCodes.EngineForbidden"/>,
    /// <see cref="ErrorCodes.EngineTlsFailed"/> or <see cref="ErrorCodes.EngineTooOld"/>.</exception>
    public static async Task<EngineClient> ConnectAsync(EngineEndpoint endpoint, CancellationToken cancellationToken)
    {
        EngineTransport transport = new(endpoint);
        try
        {
            using HttpResponseMessage pinged = await PingAsync(transport, cancellationToken).ConfigureAwait(false);
            Version version = Agree(
                endpoint,
                pinged.Headers.TryGetValues("Api-Version", out IEnumerable<string>? values) ? values.FirstOrDefault() : null
            );
            transport.Version = version;
            return new(transport, version, EngineDifferences.Of(pinged));
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    /// <summary>Whether the engine still answers.</summary>
    public async Task PingAsync(CancellationToken cancellationToken) =>
        (await PingAsync(transport, cancellationToken).ConfigureAwait(false)).Dispose();

    public Task<EngineVersion> VersionAsync(CancellationToken cancellationToken) =>
        transport.GetAsync(HttpMethod.Get, "/version", null, EngineJson.Default.EngineVersion, cancellationToken);

    public Task<EngineInformation> InformationAsync(CancellationToken cancellationToken) =>
        transport.GetAsync(HttpMethod.Get, "/info", null, EngineJson.Default.EngineInformation, cancellationToken);

    /// <summary>What <see cref="InformationAsync"/> tells, whole and in the engine's own words: JSON.</summary>
    public Task<byte[]> ReadInformationAsync(CancellationToken cancellationToken) => transport.ReadAsync("/info", cancellationToken);

    public void Dispose() => transport.Dispose();

    private static Task<HttpResponseMessage> PingAsync(EngineTransport transport, CancellationToken cancellationToken) =>
        transport.AskAsync("/_ping", cancellationToken);

    private static Version Agree(EngineEndpoint endpoint, string? offered)
    {
        if (!Version.TryParse(offered, out Version? version) || version < Oldest)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.EngineTooOld, "the engine is too old")
                {
                    Where = new(endpoint.ToString()),
                    Got = offered is null ? "no Api-Version" : $"API {offered}",
                    Want = $"API {Oldest} or later",
                    Hint = "use Docker 20.10 or later, or Podman 4 or later",
                }
            );
        }

        return version < Newest ? version : Newest;
    }
}

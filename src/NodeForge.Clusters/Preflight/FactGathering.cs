using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Clusters.Preflight.Host;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Containers;
using NodeForge.Engines.Networks;

namespace NodeForge.Clusters.Preflight;

/// <summary>Reads what the checks judge: the engine's answers side by side, and this machine's files meanwhile. Starts no
/// container.</summary>
internal static class FactGathering
{
    /// <param name="engine">The engine.</param>
    /// <param name="config">The cluster that is wanted.</param>
    /// <param name="image">The image of nodes that name none; null where it is not known yet.</param>
    /// <param name="user">Whose machine this is: its time, and his proxies.</param>
    /// <exception cref="NodeForgeException">The NF55 range.</exception>
    public static async Task<MachineFacts> OfAsync(
        EngineClient engine,
        ClusterConfig config,
        string? image,
        HostEnvironment user,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset asked = user.Clock.GetUtcNow(),
            answered = asked;
        Task<EngineInformation> information = InformationAsync();
        Task<IReadOnlyList<NetworkDetails>> networks = engine.Networks.ListAsync([], cancellationToken);
        int[] ports = [.. PortCheck.Named(config).Select(port => port.Port).Distinct()];
        Task<IReadOnlyList<ContainerSummary>> containers =
            ports.Length == 0 ? Task.FromResult<IReadOnlyList<ContainerSummary>>([]) : engine.Containers.ListAsync([], cancellationToken);
        Task<WantedImage[]> images = Task.WhenAll(
            ImagesOf(config, image).Select(reference => WantedAsync(engine, reference, cancellationToken))
        );
        Task<HostFacts?> reading = Task.Run(() => IsOnThisMachine(engine.Endpoint) ? HostFacts.Read("/", ports) : null, cancellationToken);
        await Task.WhenAll(information, networks, containers, images, reading).ConfigureAwait(false);

        EngineInformation said = await information.ConfigureAwait(false);
        HostFacts? host = await reading.ConfigureAwait(false);
        WantedImage[] wanted = await images.ConfigureAwait(false);
        string elsewhere = Elsewhere(engine.Endpoint, said, host);
        return new()
        {
            Config = config,
            Engine = new(engine.Endpoint.ToString(), engine.ApiVersion, said)
            {
                Networks = await networks.ConfigureAwait(false),
                Containers = await containers.ConfigureAwait(false),
                Images = wanted,
                NodeImage = wanted.FirstOrDefault(found => found.Reference == image),
            },
            Host = elsewhere.Length > 0 ? null : host! with { Disk = DiskSpace.Of(said.DockerRootDir) },
            Elsewhere = elsewhere,
            Time = (asked, answered),
            Proxies = ProxySettings.Of(user.Variable),
        };

        async Task<EngineInformation> InformationAsync()
        {
            EngineInformation told = await engine.InformationAsync(cancellationToken).ConfigureAwait(false);
            answered = user.Clock.GetUtcNow();
            return told;
        }
    }

    /// <summary>What can be judged where no engine answers.</summary>
    /// <param name="endpoint">Where it was looked for; null where that could not be told.</param>
    /// <param name="why">Why it does not answer.</param>
    /// <param name="config">The cluster that is wanted.</param>
    /// <param name="user">Whose machine this is: its time, and his proxies.</param>
    public static MachineFacts WithoutEngine(EngineEndpoint? endpoint, NodeForgeException why, ClusterConfig config, HostEnvironment user)
    {
        bool isHere = endpoint is not null && IsOnThisMachine(endpoint);
        return new()
        {
            Config = config,
            Unreachable = why.Diagnostics,
            Host = isHere ? HostFacts.Read("/", [.. PortCheck.Named(config).Select(port => port.Port)]) : null,
            Elsewhere =
                isHere ? string.Empty
                : endpoint is null ? "it is not known where the engine runs"
                : $"the engine runs elsewhere, at {endpoint.Address.OriginalString}",
            Time = (user.Clock.GetUtcNow(), user.Clock.GetUtcNow()),
            Proxies = ProxySettings.Of(user.Variable),
        };
    }

    /// <summary>Why this machine's files say nothing of the engine's; empty when they do. A socket of this machine may lead into a virtual
    /// machine, or out of a container.</summary>
    internal static string Elsewhere(EngineEndpoint endpoint, EngineInformation said, HostFacts? host)
    {
        if (host is null)
            return $"the engine runs elsewhere, at {endpoint.Address.OriginalString}";
        if (Differ(said.KernelVersion, host.Kernel))
            return $"the engine runs on another machine, {said.Name} with kernel {said.KernelVersion}, behind the socket";
        return Differ(said.Name, host.Name) ? $"the engine runs outside of this container or machine, on {said.Name}" : string.Empty;
    }

    private static bool Differ(string one, string? other) => one.Length > 0 && other is { Length: > 0 } && one != other;

    private static bool IsOnThisMachine(EngineEndpoint endpoint) => endpoint.Address.Scheme == "unix";

    private static IEnumerable<string> ImagesOf(ClusterConfig config, string? image) =>
        config.Nodes.Select(node => node.Image ?? image).Prepend(image).OfType<string>().Distinct();

    private static async Task<WantedImage> WantedAsync(EngineClient engine, string reference, CancellationToken cancellationToken) =>
        new(reference, await engine.Images.FindAsync(reference, cancellationToken).ConfigureAwait(false));
}

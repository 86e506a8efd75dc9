using System.Globalization;
using System.Net;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Preflight.Host;
using NodeForge.Engines.Calling;

namespace NodeForge.Clusters.Preflight;

/// <summary>Whether the ports that the cluster file names are free.</summary>
internal sealed class PortCheck : IMachineCheck
{
    public string Name => "ports";

    /// <summary>Ports that a cluster asks for by number; those that are chosen are free.</summary>
    public static IReadOnlyList<NamedPort> Named(ClusterConfig config) =>
        [
            .. config
                .Nodes.SelectMany(node => node.Ports)
                .Where(port => port.HostPort > 0)
                .Select(port => new NamedPort(port.ListenAddress, port.HostPort, port.Protocol)),
            .. config.Networking.ApiServerPort > 0
                ? [new NamedPort(config.Networking.ApiServerAddress, config.Networking.ApiServerPort, "tcp")]
                : Array.Empty<NamedPort>(),
        ];

    public CheckResult Judge(MachineFacts facts)
    {
        IReadOnlyList<NamedPort> ports = Named(facts.Config);
        if (ports.Count == 0)
            return new("none is asked for by number");
        string finding = string.Join(", ", ports);
        Diagnostic[] taken = [.. ports.Select(port => Taken(port, facts)).OfType<Diagnostic>()];
        if (taken.Length > 0)
            return new(finding, taken);
        return facts.Host is null
            ? CheckResult.NotLookedAt(
                $"{finding}: {(facts.Engine is null ? string.Empty : "no container publishes them; ")}{facts.Elsewhere}"
            )
            : new($"{finding}: free");
    }

    private static Diagnostic? Taken(NamedPort port, MachineFacts facts) =>
        Holder(port, facts) is not { } holder
            ? null
            : new EngineRefusal(EngineRefusalKind.PortTaken, ErrorCodes.EnginePortTaken, "a port to publish is in use on this machine")
            {
                Where = new(port.ToString()),
                Got = string.Create(CultureInfo.InvariantCulture, $"port {port.Port} is held by {holder}"),
                Want = "a port that nobody listens on",
                Hint = "stop what holds the port, or choose another",
                Port = port.Port,
            };

    // Containers first: the process that listens for one is the engine's own, and says little.
    private static string? Holder(NamedPort port, MachineFacts facts) =>
        PortHolder.Container(
            facts.Engine?.Containers ?? [],
            published => published.PublicPort == port.Port && Same(published.Type, port.Protocol) && Meets(published.IP, port.Address)
        )
        ?? facts
            .Host?.Listeners.FirstOrDefault(listener =>
                listener.Port == port.Port && listener.Protocol == port.Protocol && listener.Takes(IPAddress.Parse(port.Address))
            )
            ?.Holder;

    private static bool Same(string one, string other) => one.Length == 0 || string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static bool Meets(string held, string wanted) =>
        !IPAddress.TryParse(held, out IPAddress? address)
        || new PortListener(string.Empty, address, 0, string.Empty) { LeavesIPv4 = true }.Takes(IPAddress.Parse(wanted));
}

/// <summary>A port that is asked for by number.</summary>
internal sealed record NamedPort(string Address, int Port, string Protocol)
{
    public override string ToString() => new IPEndPoint(IPAddress.Parse(Address), Port) + "/" + Protocol;
}

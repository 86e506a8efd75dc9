using System.Globalization;
using System.Text.RegularExpressions;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Preflight.Host;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Preflight;

/// <summary>Who has a port that a node should have had.</summary>
internal static partial class PortHolder
{
    /// <summary>The port of an engine's message; null when it names none.</summary>
    public static int? Named(NodeForgeException failure) =>
        failure.Diagnostics.FirstOrDefault(problem => problem.Code == ErrorCodes.EnginePortTaken)?.Got is { } said && InMessage().Match(said) is { Success: true } match
            ? int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture) : null;

    /// <summary>The failure with the holder's name in it, where that can be found out.</summary>
    public static async Task<NodeForgeException> ExplainAsync(EngineClient engine, NodeForgeException failure, CancellationToken cancellationToken)
    {
        if (Named(failure) is not { } port)
            return failure;
        IReadOnlyList<ContainerSummary> containers = await engine.Containers.ListAsync([], cancellationToken).ConfigureAwait(false);
        string? holder = Container(containers, published => published.PublicPort == port)
            ?? (engine.Endpoint.ToString().StartsWith("unix:", StringComparison.Ordinal) ? Process(port) : null);
        return holder is null ? failure : new([.. failure.Diagnostics.Select(problem => problem.Code == ErrorCodes.EnginePortTaken ? problem with
        {
            Got = string.Create(CultureInfo.InvariantCulture, $"port {port} is held by {holder}"),
            Want = "a port that nobody listens on",
        } : problem)], failure);
    }

    /// <summary>The container that publishes such a port, in words.</summary>
    public static string? Container(IReadOnlyList<ContainerSummary> containers, Func<PublishedPort, bool> isIt) =>
        containers.FirstOrDefault(container => container.Ports?.Any(isIt) ?? false) is { } holder
            ? $"the container {holder.Name}{(holder.Labels.TryGetValue(ClusterLabels.Cluster, out string? cluster) ? $" of the cluster {cluster}" : string.Empty)}" : null;

    internal static string? Process(int port) => PortListener.Read("/", [port]) is [var listener, ..] ? listener.Holder : null;

    // "Bind for 0.0.0.0:80 failed: port is already allocated", "listen tcp4 0.0.0.0:80: bind: address already in use", and our own words.
    [GeneratedRegex(@":(?<port>[0-9]{1,5})(?: failed|: bind)|^port (?<port>[0-9]{1,5}) is held by")]
    private static partial Regex InMessage();
}

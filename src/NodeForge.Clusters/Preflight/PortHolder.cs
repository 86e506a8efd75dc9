using System.Globalization;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Preflight.Host;
using NodeForge.Engines;
using NodeForge.Engines.Calling;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Preflight;

/// <summary>Who has a port that a node should have had.</summary>
internal static class PortHolder
{
    /// <summary>The port that is taken; null when the failure names none.</summary>
    public static int? Named(NodeForgeException failure) =>
        failure.Diagnostics.OfType<EngineRefusal>().FirstOrDefault(refusal => refusal.Port is not null)?.Port;

    /// <summary>The failure with the holder's name in it, where that can be found out.</summary>
    public static async Task<NodeForgeException> ExplainAsync(
        EngineClient engine,
        NodeForgeException failure,
        CancellationToken cancellationToken
    )
    {
        if (Named(failure) is not { } port)
            return failure;
        IReadOnlyList<ContainerSummary> containers = await engine.Containers.ListAsync([], cancellationToken).ConfigureAwait(false);
        string? holder =
            Container(containers, published => published.PublicPort == port)
            ?? (engine.Endpoint.ToString().StartsWith("unix:", StringComparison.Ordinal) ? Process(port) : null);
        return holder is null
            ? failure
            : new(
                [
                    .. failure.Diagnostics.Select(problem =>
                        problem.Code == ErrorCodes.EnginePortTaken
                            ? problem with
                            {
                                Got = string.Create(CultureInfo.InvariantCulture, $"port {port} is held by {holder}"),
                                Want = "a port that nobody listens on",
                            }
                            : problem
                    ),
                ],
                failure
            );
    }

    /// <summary>The container that publishes such a port, in words.</summary>
    public static string? Container(IReadOnlyList<ContainerSummary> containers, Func<PublishedPort, bool> isIt) =>
        containers.FirstOrDefault(container => container.Ports?.Any(isIt) ?? false) is { } holder
            ? $"the container {holder.Name}{(holder.Labels.TryGetValue(ClusterLabels.Cluster, out string? cluster) ? $" of the cluster {cluster}" : string.Empty)}"
            : null;

    internal static string? Process(int port) => PortListener.Read("/", [port]) is [var listener, ..] ? listener.Holder : null;
}

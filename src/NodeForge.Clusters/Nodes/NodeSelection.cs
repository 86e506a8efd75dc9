using NodeForge.Clusters.Configuration;
using NodeForge.Documents;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Nodes;

/// <summary>Finds the containers of a cluster that a command means.</summary>
internal static class NodeSelection
{
    /// <summary>The nodes of a cluster, or those of them that are named; the load balancer is no node unless it is named.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>, <see cref="ErrorCodes.NodeMissing"/>: every name that
    /// is not there.</exception>
    public static async Task<IReadOnlyList<ContainerSummary>> OfAsync(
        EngineClient engine,
        string cluster,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<ContainerSummary> containers = await AllAsync(engine, cluster, cancellationToken).ConfigureAwait(false);
        if (names.Count == 0)
            return [.. containers.Where(IsNode)];
        string[] missing = [.. names.Where(name => !containers.Any(container => container.Name == name))];
        return missing.Length == 0
            ? [.. containers.Where(container => names.Contains(container.Name))]
            : throw new NodeForgeException([.. missing.Select(name => MissingOf(cluster, name, containers))]);
    }

    /// <summary>The container of that name, of whichever cluster: an engine has a name once.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeMissing"/>.</exception>
    public static async Task<ContainerSummary> AnywhereAsync(EngineClient engine, string name, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await engine
            .Containers.ListAsync([ClusterLabels.Cluster], cancellationToken)
            .ConfigureAwait(false);
        return containers.FirstOrDefault(container => container.Name == name)
            ?? throw new NodeForgeException(Missing("no cluster has such a node", name, containers));
    }

    /// <summary>Every container of a cluster, sorted by name.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>.</exception>
    public static async Task<IReadOnlyList<ContainerSummary>> AllAsync(
        EngineClient engine,
        string cluster,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<ContainerSummary> containers = await engine
            .Containers.ListAsync([ClusterLabels.Of(cluster)], cancellationToken)
            .ConfigureAwait(false);
        return containers.Count > 0
            ? [.. containers.OrderBy(container => container.Name, StringComparer.Ordinal)]
            : throw ClusterCatalog.Missing(engine, cluster);
    }

    /// <summary>Fails where one of the containers does not run.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeNotRunning"/>.</exception>
    public static void CheckRunning(string cluster, IReadOnlyList<ContainerSummary> containers)
    {
        ContainerSummary[] stopped = [.. containers.Where(container => container.State != "running")];
        if (stopped.Length > 0)
            throw new NodeForgeException([.. stopped.Select(container => NotRunning(cluster, container))]);
    }

    public static bool IsNode(ContainerSummary container) => RoleOf(container) != ClusterLabels.LoadBalancer;

    public static string RoleOf(ContainerSummary container) => container.Labels.GetValueOrDefault(ClusterLabels.Role) ?? string.Empty;

    public static Diagnostic NotRunning(string cluster, ContainerSummary container) =>
        new(ErrorCodes.NodeNotRunning, "the node does not run")
        {
            Where = new(container.Name),
            Got = container.State,
            Want = "running",
            Hint = $"nodeforge start node {container.Name} --name {cluster}",
        };

    public static Diagnostic MissingOf(string cluster, string name, IReadOnlyList<ContainerSummary> containers) =>
        Missing($"the cluster {cluster} has no such node", name, containers);

    public static Diagnostic NotOurs(string cluster, string got) =>
        new(ErrorCodes.ClusterNotOurs, "the cluster was not made by NodeForge, which could not change its nodes")
        {
            Where = new(cluster),
            Got = got,
            Hint = "use the program that made it",
        };

    private static Diagnostic Missing(string what, string name, IReadOnlyList<ContainerSummary> containers) =>
        new(ErrorCodes.NodeMissing, what)
        {
            Where = new(name),
            Got =
                containers.Count == 0
                    ? "no nodes at all"
                    : string.Join(", ", containers.Select(container => container.Name).Order(StringComparer.Ordinal)),
            Hint =
                DidYouMean.Nearest(name, containers.Select(container => container.Name)) is { } near ? $"did you mean {near}?"
                : containers.Count == 0 ? "see nodeforge get clusters; DOCKER_HOST or the docker context may name another engine"
                : "name one of those",
        };
}

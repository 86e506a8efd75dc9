using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Creation;

/// <summary>Waits until every node says that it is Ready.</summary>
internal static class AwaitReady
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(KubernetesApi api, ClusterPlan plan, TimeSpan atMost, NodesAlive? nodes, CancellationToken cancellationToken)
    {
        IReadOnlyList<NodeStatus> seen = [];
        bool ready = await Polling.UntilAsync(Every, atMost, async () =>
        {
            if (nodes is not null)
                await nodes.CheckAsync(cancellationToken).ConfigureAwait(false);
            seen = await api.NodesAsync(cancellationToken).ConfigureAwait(false);
            return plan.Nodes.All(node => seen.Any(status => status.Ready && status.Name == node.Name));
        }, cancellationToken).ConfigureAwait(false);
        if (!ready)
            throw new NodeForgeException([.. plan.Nodes.Where(node => !seen.Any(status => status.Ready && status.Name == node.Name)).Select(node => NotReady(node, seen, atMost))]);
    }

    private static Diagnostic NotReady(NodePlan node, IReadOnlyList<NodeStatus> seen, TimeSpan waited) => new(ErrorCodes.NodesNotReady, $"the node is not Ready after {waited.TotalSeconds:0} s")
    {
        Where = new(node.Name),
        Got = seen.FirstOrDefault(status => status.Name == node.Name)?.Reason ?? "it has not registered",
        Mend = "wait longer with --wait, or look into the diagnostics folder",
    };
}

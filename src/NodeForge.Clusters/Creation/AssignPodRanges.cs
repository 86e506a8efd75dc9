using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Creation;

/// <summary>Gives each node its pod range as soon as it has registered. The controller manager, which comes up seconds later, takes the
/// ranges as it finds them.</summary>
internal static class AssignPodRanges
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    /// <summary>How long nodes are waited for that do not register.</summary>
    public static readonly TimeSpan AtMost = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(KubernetesApi api, ClusterPlan plan, TimeSpan atMost, CancellationToken cancellationToken)
    {
        HashSet<string> assigned = [];
        // A node that never registers is AwaitReady's to report.
        await Polling
            .UntilAsync(
                Every,
                atMost,
                async () =>
                {
                    foreach (NodeStatus status in await api.TryNodesAsync(cancellationToken).ConfigureAwait(false) ?? [])
                    {
                        if (
                            plan.Nodes.FirstOrDefault(node => node.Name == status.Name) is { } node
                            && assigned.Add(node.Name)
                            && !status.HasPodRange
                        )
                            await api.AssignPodRangeAsync(node.Name, node.PodRange, cancellationToken).ConfigureAwait(false);
                    }

                    return assigned.Count == plan.Nodes.Count;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }
}

using System.Text.Json;
using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Creation;

/// <summary>Waits until each node has a route to every other's pods, where the pod network is NodeForge's own: a node is Ready with its own
/// half of it.</summary>
internal static class AwaitPodNetwork
{
    private const string Configuration = "/api/v1/namespaces/kube-system/configmaps/nodeforge-pod-network";

    // The mark of the service's routes: images/base/rootfs/usr/lib/nodeforge/pod-network.d/routes.sh.
    private static readonly string[] Routes = ["sh", "-c", "ip -4 route show proto 73; ip -6 route show proto 73"];
    private static readonly string[] Journal =
    [
        "journalctl",
        "--no-pager",
        "--output=cat",
        "--unit=nodeforge-pod-network.service",
        "--lines=1",
    ];
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    /// <param name="api">The cluster's API server.</param>
    /// <param name="nodes">All nodes that run.</param>
    /// <param name="atMost">How long it may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PodNetworkIncomplete"/>, one for each node that lacks a
    /// route.</exception>
    public static async Task RunAsync(
        KubernetesApi api,
        IReadOnlyList<ClusterNode> nodes,
        TimeSpan atMost,
        CancellationToken cancellationToken
    )
    {
        if (nodes.Count < 2 || await api.TryGetAsync(Configuration, cancellationToken).ConfigureAwait(false) is null)
            return;
        IReadOnlyDictionary<string, IReadOnlyList<string>> ranges = new Dictionary<string, IReadOnlyList<string>>();
        List<(ClusterNode Node, string Range)> missing = [];
        bool whole = await Polling
            .UntilAsync(
                Every,
                atMost,
                async () =>
                {
                    ranges = await api.PodRangesAsync(cancellationToken).ConfigureAwait(false);
                    missing =
                    [
                        .. (
                            await Task.WhenAll(nodes.Select(node => MissingAsync(node, nodes, ranges, cancellationToken)))
                                .ConfigureAwait(false)
                        ).SelectMany(lacking => lacking),
                    ];
                    return missing.Count == 0;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!whole)
            throw new NodeForgeException([
                .. await Task.WhenAll(
                        missing.DistinctBy(lack => lack.Node).Select(lack => ToldAsync(lack.Node, lack.Range, atMost, cancellationToken))
                    )
                    .ConfigureAwait(false),
            ]);
    }

    private static async Task<IEnumerable<(ClusterNode Node, string Range)>> MissingAsync(
        ClusterNode node,
        IReadOnlyList<ClusterNode> nodes,
        IReadOnlyDictionary<string, IReadOnlyList<string>> ranges,
        CancellationToken cancellationToken
    )
    {
        ProgramOutcome told = await node.TryRunAsync(Routes, null, cancellationToken).ConfigureAwait(false);
        HashSet<string> routed = [.. told.Output.Split('\n').Select(line => line.Split(' ')[0])];
        return nodes
            .Where(other => other != node)
            .SelectMany(other => ranges.GetValueOrDefault(other.Name) is { Count: > 0 } wanted ? wanted : ["(none yet)"])
            .Where(range => !routed.Contains(range))
            .Select(range => (node, range));
    }

    private static async Task<Diagnostic> ToldAsync(ClusterNode node, string range, TimeSpan waited, CancellationToken cancellationToken)
    {
        ProgramOutcome journal = await node.TryRunAsync(Journal, null, cancellationToken).ConfigureAwait(false);
        return new(ErrorCodes.PodNetworkIncomplete, $"the node has no route to the pods {range} after {waited.TotalSeconds:0} s")
        {
            Where = new(node.Name),
            Got = journal.Output.Trim() is { Length: > 0 } said ? $"nodeforge-pod-network: {said}" : "nodeforge-pod-network said nothing",
            Hint = "see journalctl -u nodeforge-pod-network in the node",
        };
    }
}

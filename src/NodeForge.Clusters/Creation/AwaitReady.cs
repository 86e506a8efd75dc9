using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Creation;

/// <summary>Waits until nodes say that they are Ready, and say it since they were started: what the API server remembers from before is no
/// answer.</summary>
internal static class AwaitReady
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    /// <param name="api">The cluster's API server.</param>
    /// <param name="since">The nodes' names, each with when it was started.</param>
    /// <param name="atMost">How long they may take.</param>
    /// <param name="meanwhile">What is looked at at each turn, and may end the wait; null for nothing.</param>
    /// <param name="advice">Where more can be learnt of a node that is not Ready.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodesNotReady"/>, one for each node;
    /// <see cref="ErrorCodes.ApiServerTimeout"/>.</exception>
    public static async Task RunAsync(
        KubernetesApi api,
        IReadOnlyDictionary<string, DateTimeOffset> since,
        TimeSpan atMost,
        Func<CancellationToken, Task>? meanwhile,
        string advice,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<NodeStatus>? seen = null;
        bool ready = await Polling
            .UntilAsync(
                Every,
                atMost,
                async () =>
                {
                    if (meanwhile is not null)
                        await meanwhile(cancellationToken).ConfigureAwait(false);
                    seen = await api.TryNodesAsync(cancellationToken).ConfigureAwait(false) ?? seen;
                    return seen is not null && since.All(node => ProblemOf(seen, node.Key, node.Value) is null);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (ready)
            return;
        throw seen is null
            ? new(
                new Diagnostic(ErrorCodes.ApiServerTimeout, "the API server does not answer")
                {
                    Where = new(since.Keys.First()),
                    Got = $"nothing within {atMost.TotalSeconds:0} s",
                    Hint = "nodeforge export logs has the logs of kubelet, etcd and API server",
                }
            )
            : new NodeForgeException([
                .. since
                    .Select(node => (Name: node.Key, Problem: ProblemOf(seen, node.Key, node.Value)))
                    .Where(node => node.Problem is not null)
                    .Select(node => NotReady(node.Name, node.Problem!, atMost, advice)),
            ]);
    }

    /// <summary>Why a node is not Ready; null when it is.</summary>
    internal static string? ProblemOf(IReadOnlyList<NodeStatus> seen, string node, DateTimeOffset since)
    {
        if (seen.FirstOrDefault(status => status.Name == node) is not { } status)
            return "it has not registered";
        if (!status.Ready)
            return status.Reason;
        // Whole seconds in the API.
        bool fresh = since == DateTimeOffset.MinValue || status.Heard >= since.AddSeconds(-1);
        return fresh ? null : "its kubelet has not reported since the node was started";
    }

    private static Diagnostic NotReady(string node, string problem, TimeSpan waited, string advice) =>
        new(ErrorCodes.NodesNotReady, $"the node is not Ready after {waited.TotalSeconds:0} s")
        {
            Where = new(node),
            Got = problem,
            Hint = $"wait longer with --wait, or {advice}",
        };
}

using System.Diagnostics;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>Looks, while something is waited for, whether the nodes still run and have room: what a dead one should have done never
/// comes.</summary>
internal sealed class NodesAlive(EngineClient engine, ClusterPlan plan)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EveryDisk = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan EveryKubelet = TimeSpan.FromSeconds(5);

    // A look is a program in each node, beside an API server that starts: it is for waits that last longer than those of good clusters.
    private static readonly TimeSpan BeforeKubelet = TimeSpan.FromSeconds(15);

    // The first one's: until it serves nothing else is waited for.
    private readonly FullDiskWatch disk = new(new(engine, plan.First.Name, plan.First.Name), EveryDisk);
    private long last = Stopwatch.GetTimestamp();
    private readonly long begun = Stopwatch.GetTimestamp();
    private TimeSpan nextKubelet = BeforeKubelet;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeDied"/>, <see cref="ErrorCodes.DiskFull"/>,
    /// <see cref="ErrorCodes.KubeletEnds"/>.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (Stopwatch.GetElapsedTime(last) < Every)
            return;
        last = Stopwatch.GetTimestamp();
        IReadOnlyList<ContainerSummary> containers = await engine
            .Containers.ListAsync([ClusterLabels.Of(plan.Name)], cancellationToken)
            .ConfigureAwait(false);
        Diagnostic[] dead =
        [
            .. containers
                .Where(container => container.State is "exited" or "dead")
                .Select(container => new Diagnostic(ErrorCodes.NodeDied, "the node ended") { Where = new(container.Name) }),
        ];
        if (dead.Length > 0)
            throw new NodeForgeException(dead);
        await disk.CheckAsync(cancellationToken).ConfigureAwait(false);
        if (Stopwatch.GetElapsedTime(begun) < nextKubelet)
            return;
        nextKubelet = Stopwatch.GetElapsedTime(begun) + EveryKubelet;
        await Task.WhenAll(
                containers
                    .Where(container => container.State == "running" && NodeSelection.IsNode(container))
                    .Select(container => KubeletWatch.CheckAsync(new(engine, container.Id, container.Name), cancellationToken))
            )
            .ConfigureAwait(false);
    }
}

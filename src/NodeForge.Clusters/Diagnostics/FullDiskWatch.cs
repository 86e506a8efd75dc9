using System.Diagnostics;
using NodeForge.Clusters.Nodes;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>Looks, while something is waited for, whether a node goes on to have no space left: minutes of patience do not mend
/// that.</summary>
internal sealed class FullDiskWatch(ClusterNode node, TimeSpan every)
{
    // Once may pass: what could not be unpacked is taken away again, and something else may just have been removed.
    private const string Recent =
        "journalctl --no-pager --output=cat --since=-15s --unit=kubelet.service --unit=containerd.service; tail -q -n 20 /var/log/pods/*/*/*.log";

    private long last = Stopwatch.GetTimestamp();
    private bool before;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiskFull"/>: it was said twice in a row.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (Stopwatch.GetElapsedTime(last) < every)
            return;
        Diagnostic? full = FullDisk.Find(await SaidAsync(cancellationToken).ConfigureAwait(false), node.Name);
        last = Stopwatch.GetTimestamp();
        if (full is not null && before)
            throw new NodeForgeException(full);
        before = full is not null;
    }

    private async Task<IEnumerable<string>> SaidAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await node.TryRunAsync(["sh", "-c", Recent], null, cancellationToken).ConfigureAwait(false)).Output.Split('\n');
        }
        catch (NodeForgeException)
        {
            // A node that takes no orders now, or that has died: both have those who tell it.
            return [];
        }
    }
}

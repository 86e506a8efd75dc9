using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;

namespace NodeForge.Clusters.Creation;

/// <summary>Applies the image's pod network and storage class.</summary>
internal static class ApplyManifests
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <param name="node">The first control plane.</param>
    /// <param name="plan">Says what is applied.</param>
    /// <param name="ready">Ends when the API server is ready. Until then it may not know all of its own kinds yet, and is asked
    /// again.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task RunAsync(PreparedNode node, ClusterPlan plan, Task ready, CancellationToken cancellationToken)
    {
        // In one call: kubectl learns the server's kinds anew each time it starts.
        string[] manifests = [.. ClusterManifests.Of(plan, node.Plan, node.Facts).SelectMany(manifest => new[] { "-f", manifest.Path })];
        if (manifests.Length == 0)
            return;
        string[] apply = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "apply", .. manifests];
        bool applied = false;
        while (!applied && !ready.IsCompleted)
        {
            applied = (await node.Container.TryRunAsync(apply, null, cancellationToken).ConfigureAwait(false)).ExitCode == 0;
            if (!applied)
                await Task.WhenAny(ready, Task.Delay(Every, cancellationToken)).ConfigureAwait(false);
        }

        // The last time its failure is told.
        if (!applied)
            await node.Container.RunAsync(apply, cancellationToken).ConfigureAwait(false);
    }
}

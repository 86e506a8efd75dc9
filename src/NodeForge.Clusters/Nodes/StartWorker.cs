namespace NodeForge.Clusters.Nodes;

/// <summary>Makes a booted node a worker: its certificate is there already, so kubeadm only writes the kubelet's configuration.</summary>
/// <remarks>Run once the API server serves: a kubelet that finds none doubles its waits up to seven seconds.</remarks>
internal static class StartWorker
{
    public static async Task RunAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        await ConfigureAsync(node, cancellationToken).ConfigureAwait(false);
        await StartKubelet.RunAsync(node.Container, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The part that needs no API server.</summary>
    public static Task ConfigureAsync(PreparedNode node, CancellationToken cancellationToken) =>
        ConfigureKubelet.RunAsync(node.Container, ["init", "phase", "kubelet-start"], cancellationToken);
}

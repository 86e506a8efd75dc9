namespace NodeForge.Clusters;

/// <summary>Whether the node can run the DNS add-on: some images have no CoreDNS, and kubeadm would leave a pod that waits for it for ever.</summary>
internal static class LookForDns
{
    public static async Task<bool> RunAsync(PreparedNode node, CancellationToken cancellationToken) =>
        (await node.Container.RunAsync(["ctr", "--namespace", "k8s.io", "images", "list", "--quiet"], cancellationToken).ConfigureAwait(false)).Contains("coredns", StringComparison.Ordinal);
}

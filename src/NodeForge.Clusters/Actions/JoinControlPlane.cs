namespace NodeForge.Clusters;

/// <summary>Joins a further control plane: its etcd becomes a member, one after the other, as etcd asks.</summary>
internal static class JoinControlPlane
{
    // Without a leader in etcd kubeadm would ask again for ever.
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(5);

    // The kubeconfigs are there: see StartControlPlane.
    private const string Skipped = "preflight,control-plane-prepare/kubeconfig";

    public static async Task RunAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        string[] join = ["kubeadm", "join", "--config", KubeadmDocuments.Path, "--skip-phases", Skipped, .. EtcdPatch.ArgumentsFor(node.Facts.Version)];
        await node.Container.RunAsync(join, AtMost, cancellationToken).ConfigureAwait(false);
        await UseOwnApiServerAsync(node, cancellationToken).ConfigureAwait(false);
    }

    // Through the balancer a kubelet finds no API server until another control plane is whole, so that after a stop of all of them each waits for the
    // others: minutes, where its own takes seconds. kubeadm does the same (kubeadm#2271, ControlPlaneKubeletLocalMode), later versions by themselves.
    // The kubelet reads the file when it starts next, which is what matters.
    private static Task<string> UseOwnApiServerAsync(PreparedNode node, CancellationToken cancellationToken) =>
        node.Container.RunAsync(["sed", "-i", $"s|^\\( *server:\\).*|\\1 https://{ClusterPlan.EndpointAt(node.Plan.Address)}|", "/etc/kubernetes/kubelet.conf"], cancellationToken);
}

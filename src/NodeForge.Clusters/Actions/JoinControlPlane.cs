namespace NodeForge.Clusters;

/// <summary>Joins a further control plane: its etcd becomes a member, one after the other, as etcd asks.</summary>
internal static class JoinControlPlane
{
    // Without a leader in etcd kubeadm would ask again for ever.
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(5);

    // The kubeconfigs are there: see StartControlPlane.
    private const string Skipped = "preflight,control-plane-prepare/kubeconfig";

    public static Task RunAsync(PreparedNode node, CancellationToken cancellationToken) =>
        node.Container.RunAsync(["kubeadm", "join", "--config", KubeadmDocuments.Path, "--skip-phases", Skipped, .. EtcdPatch.ArgumentsFor(node.Facts.Version)], AtMost, cancellationToken);
}

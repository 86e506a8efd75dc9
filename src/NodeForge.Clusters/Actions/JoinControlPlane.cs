namespace NodeForge.Clusters;

/// <summary>Joins a further control plane: its etcd becomes a member, one after the other, as etcd asks.</summary>
internal static class JoinControlPlane
{
    public static Task RunAsync(PreparedNode node, CancellationToken cancellationToken) =>
        node.Container.RunAsync(["kubeadm", "join", "--config", KubeadmDocuments.Path, "--skip-phases", "preflight"], cancellationToken);
}

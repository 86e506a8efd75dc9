using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Nodes;

/// <summary>Lets kubeadm write the first node's static pods and kubelet configuration while its system still boots, then starts the kubelet.</summary>
internal static class StartControlPlane
{
    // What needs the API server comes later, see ConfigureCluster. The preflight checks are ours: kubeadm's take seconds and know nothing of containers.
    // With the certificates in place, "certs" checks them and makes what a newer kubeadm wants besides. "kubeconfig" would make an RSA key for each
    // file that is there, only to throw it away: most of a second. Controller manager and scheduler have nothing to do until the API server answers,
    // and would take the processor from it.
    internal static readonly string[] Run = ["certs", "etcd", "control-plane/apiserver", "kubelet-start"];

    public static async Task RunAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        string skipped = node.SkippedWhenRunning(KubeadmPhases.Init, Run);
        string[] init = ["init", "--skip-phases", skipped, .. EtcdPatch.ArgumentsFor(node.Facts.Version)];
        await ConfigureKubelet.RunAsync(node.Container, init, cancellationToken).ConfigureAwait(false);
        await StartKubelet.RunAsync(node.Container, cancellationToken).ConfigureAwait(false);
    }
}

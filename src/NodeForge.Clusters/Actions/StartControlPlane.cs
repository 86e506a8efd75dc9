namespace NodeForge.Clusters;

/// <summary>Lets kubeadm write the first node's static pods and kubelet configuration while its system still boots, then starts the kubelet.</summary>
internal static class StartControlPlane
{
    // What needs the API server comes later, see ConfigureCluster. The preflight checks are ours: kubeadm's take seconds and know nothing of containers.
    // With the certificates in place, "certs" checks them and makes what a newer kubeadm wants besides. "kubeconfig" would make an RSA key for each file that is there, only to throw it away: most of a second.
    // Controller manager and scheduler have nothing to do until the API server answers, and would take the processor from it.
    private const string Skipped = "preflight,kubeconfig,control-plane/controller-manager,control-plane/scheduler,wait-control-plane,upload-config,upload-certs,mark-control-plane,bootstrap-token,kubelet-finalize,addon";

    public static async Task RunAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        await ConfigureKubelet.RunAsync(node.Container, ["init", "--skip-phases", Skipped, .. EtcdPatch.ArgumentsFor(node.Facts.Version)], cancellationToken).ConfigureAwait(false);
        await StartKubelet.RunAsync(node.Container, cancellationToken).ConfigureAwait(false);
    }
}

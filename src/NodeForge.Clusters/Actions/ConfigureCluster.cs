namespace NodeForge.Clusters;

/// <summary>What kubeadm init does through the API server: configuration for later joins, the node's marks, the token, the add-ons.</summary>
internal static class ConfigureCluster
{
    private const string Done = "preflight,certs,kubeconfig,kubelet-start,control-plane,etcd,kubelet-finalize";

    public static Task RunAsync(PreparedNode node, ClusterPlan plan, bool dns, CancellationToken cancellationToken)
    {
        string skipped = Done + (dns ? string.Empty : ",addon/coredns") + (plan.Config.Networking.KubeProxyMode == "none" ? ",addon/kube-proxy" : string.Empty);
        return node.Container.RunAsync(["kubeadm", "init", "--config", KubeadmDocuments.Path, "--skip-phases", skipped], cancellationToken);
    }
}

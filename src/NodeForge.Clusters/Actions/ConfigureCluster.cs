namespace NodeForge.Clusters;

/// <summary>What kubeadm init does once there is an API server: its clients' static pods, configuration for later joins, the node's marks, the token, the add-ons.</summary>
internal static class ConfigureCluster
{
    // Nothing here needs an API server that calls itself ready, for which "wait-control-plane" would wait.
    private const string Done = "preflight,certs,kubeconfig,kubelet-start,control-plane/apiserver,etcd,wait-control-plane,kubelet-finalize";

    public static Task RunAsync(PreparedNode node, ClusterPlan plan, bool dns, CancellationToken cancellationToken)
    {
        string skipped = Done + (dns ? string.Empty : ",addon/coredns") + (plan.Config.Networking.KubeProxyMode == "none" ? ",addon/kube-proxy" : string.Empty);
        return node.Container.RunAsync(["kubeadm", "init", "--config", KubeadmDocuments.Path, "--skip-phases", skipped], cancellationToken);
    }
}

using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Creation;

/// <summary>What kubeadm init does once there is an API server: its clients' static pods, configuration for later joins, the node's marks, the token, the add-ons.</summary>
internal static class ConfigureCluster
{
    // Nothing here needs an API server that calls itself ready, for which "wait-control-plane" would wait. "show-join-command" prints what nobody reads.
    internal static readonly string[] Run =
        ["control-plane/controller-manager", "control-plane/scheduler", "upload-config", "upload-certs", "mark-control-plane", "bootstrap-token"];

    // kubeadm gives it to every control plane. Where that is the only node, no load balancer would find one.
    private const string Excluded = "node.kubernetes.io/exclude-from-external-load-balancers";

    public static async Task RunAsync(PreparedNode node, ClusterPlan plan, bool dns, KubernetesApi api, CancellationToken cancellationToken)
    {
        string[] addOns = [.. dns ? ["addon/coredns"] : Array.Empty<string>(), .. plan.Config.Networking.KubeProxyMode == "none" ? [] : (string[])["addon/kube-proxy"]];
        string skipped = node.SkippedWhenRunning(KubeadmPhases.Init, [.. Run, .. addOns]);
        await node.Container.RunAsync(["kubeadm", "init", "--config", KubeadmFiles.Configuration, "--skip-phases", skipped], cancellationToken).ConfigureAwait(false);
        if (plan.Nodes.Count == 1)
            await api.RemoveLabelAsync(node.Plan.Name, Excluded, cancellationToken).ConfigureAwait(false);
    }
}

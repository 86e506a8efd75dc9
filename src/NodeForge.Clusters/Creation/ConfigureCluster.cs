using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Creation;

/// <summary>Finishes what <c>kubeadm init</c> does, on an API server that an administrator can work with.</summary>
internal static class ConfigureCluster
{
    // kubeadm gives it to every control plane. Where that is the only node, no load balancer would find one.
    private const string Excluded = "node.kubernetes.io/exclude-from-external-load-balancers";

    public static async Task RunAsync(PreparedNode node, ClusterPlan plan, bool dns, KubernetesApi api, CancellationToken cancellationToken)
    {
        bool proxy = plan.Config.Networking.KubeProxyMode != "none";
        string[] addOns = [.. dns ? [NodePhases.Dns] : Array.Empty<string>(), .. proxy ? [NodePhases.Proxy] : Array.Empty<string>()];
        await NodeKubeadm.ConfigureClusterAsync(node, addOns, cancellationToken).ConfigureAwait(false);
        // The controller manager makes it as well, once it leads, which may be ten seconds after the nodes are Ready: until then pods are
        // refused. Where it cannot be made here, that one does.
        _ = await api.CreateServiceAccountAsync("default", "default", cancellationToken).ConfigureAwait(false);
        if (plan.Nodes.Count == 1)
            await api.RemoveLabelAsync(node.Plan.Name, Excluded, cancellationToken).ConfigureAwait(false);
    }
}

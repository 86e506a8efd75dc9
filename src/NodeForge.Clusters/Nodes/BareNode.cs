using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Nodes;

/// <summary>A node without anything of Kubernetes' but the programs: no certificates, no documents of kubeadm's, no pod network.</summary>
internal static class BareNode
{
    /// <summary>Whether a container is a node of a cluster that was made without Kubernetes.</summary>
    public static bool IsOne(ContainerSummary container) =>
        container.Labels.GetValueOrDefault(ClusterLabels.Kubernetes) == ClusterLabels.None;

    /// <summary>Fails for a cluster that was made without Kubernetes: who made it by hand changes it by hand.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KubernetesByHand"/>.</exception>
    public static void Refuse(string cluster, IEnumerable<ContainerSummary> containers)
    {
        if (!containers.Any(IsOne))
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.KubernetesByHand, "the cluster was made without Kubernetes, of which NodeForge knows nothing since")
            {
                Where = new(cluster),
                Hint = "use kubeadm in its nodes: join for a node more, reset for one less",
            }
        );
    }

    // kubeadm's checks want the kernel's configuration, which Debian keeps beside the kernel.
    internal static ContainerSpec Container(ClusterPlan plan, NodePlan node, string image)
    {
        ContainerSpec spec = NodeContainer.Of(plan, node, image);
        bool mounted = node.Config.Mounts.Any(mount => mount.ContainerPath.TrimEnd('/') == NodeHost.Kernels);
        MountSpec kernels = new(MountKind.Bind, NodeHost.Kernels, NodeHost.Kernels) { ReadOnly = true };
        return spec with
        {
            Labels = new Dictionary<string, string>(spec.Labels) { [ClusterLabels.Kubernetes] = ClusterLabels.None },
            Mounts = [.. spec.Mounts, .. plan.Host.HasKernels && !mounted ? [kernels] : Array.Empty<MountSpec>()],
        };
    }
}

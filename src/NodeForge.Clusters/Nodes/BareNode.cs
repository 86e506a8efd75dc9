using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Nodes;

/// <summary>A node without anything of Kubernetes' but the programs: no certificates, no documents of kubeadm's, no pod network.</summary>
internal static class BareNode
{
    // kubeadm's checks want the kernel's configuration, which Debian keeps beside the kernel. The folder, not the file: that goes with its kernel one day, and the node would not start any more.
    private const string Kernels = "/boot";
    private const string OwnConfiguration = "/proc/config.gz";

    public static async Task<PreparedNode> CreateAsync(EngineClient engine, ClusterPlan plan, NodePlan node, string image, EngineInformation host, TimeProvider clock, CancellationToken cancellationToken)
    {
        string id = await engine.Containers.CreateAsync(Container(plan, node, image, HasKernels()), cancellationToken).ConfigureAwait(false);
        ClusterNode container = new(engine, id, node.Name);
        NodeImageFacts facts = await NodeImageFacts.ReadAsync(container, image, cancellationToken).ConfigureAwait(false);
        NodeFile[] files =
        [
            .. BareFiles.Of(node, facts.Version, host),
            .. ClusterManifests.Of(plan, node, facts),
            .. KeptPatches.Of(plan.Config.Containerd),
        ];
        await container.PutAsync(files, clock, cancellationToken).ConfigureAwait(false);
        await container.StartAsync(cancellationToken).ConfigureAwait(false);
        return new(container, node, facts);
    }

    /// <summary>Whether a container is a node of a cluster that was made without Kubernetes.</summary>
    public static bool IsOne(ContainerSummary container) => container.Labels.GetValueOrDefault(ClusterLabels.Kubernetes) == ClusterLabels.None;

    /// <summary>Fails for a cluster that was made without Kubernetes: who made it by hand changes it by hand.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KubernetesByHand"/>.</exception>
    public static void Refuse(string cluster, IEnumerable<ContainerSummary> containers)
    {
        if (!containers.Any(IsOne))
            return;
        throw new NodeForgeException(new Diagnostic(ErrorCodes.KubernetesByHand, "the cluster was made without Kubernetes, of which NodeForge knows nothing since")
        {
            Where = new(cluster),
            Mend = "use kubeadm in its nodes: join for a node more, reset for one less",
        });
    }

    internal static ContainerSpec Container(ClusterPlan plan, NodePlan node, string image, bool kernels)
    {
        ContainerSpec spec = CreateNode.Container(plan, node, image);
        bool mounted = node.Config.Mounts.Any(mount => mount.ContainerPath.TrimEnd('/') == Kernels);
        return spec with
        {
            Labels = new Dictionary<string, string>(spec.Labels) { [ClusterLabels.Kubernetes] = ClusterLabels.None },
            Mounts = [.. spec.Mounts, .. kernels && !mounted ? [new MountSpec(MountKind.Bind, Kernels, Kernels) { ReadOnly = true }] : Array.Empty<MountSpec>()],
        };
    }

    private static bool HasKernels() => !File.Exists(OwnConfiguration) && Directory.Exists(Kernels);
}

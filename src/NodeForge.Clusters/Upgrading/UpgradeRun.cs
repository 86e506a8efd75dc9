using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Images;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Upgrading;

/// <summary>What an upgrade knows once it has looked.</summary>
/// <param name="Targets">The nodes that are to have the image, in their order.</param>
internal sealed record UpgradeRun(
    ExistingCluster Existing,
    KubernetesApi Api,
    NewNodeImage Image,
    IReadOnlyList<NodePlan> Targets,
    UpgradeOptions Options
)
{
    /// <summary>Of the engine's host; 0 where it does not say.</summary>
    public required int CgroupVersion { get; init; }

    public ClusterState? State { get; init; }

    public IReadOnlyList<VersionedNode> Versions { get; init; } = [];

    /// <summary>The new image's.</summary>
    public NodeStore? Store { get; init; }

    public bool WithControlPlane => Targets.Any(node => node.Role == NodeRole.ControlPlane);

    /// <summary>Whether the new kubeadm has anything to do: one that is older than the cluster does not know its configuration, and a
    /// worker's was written by then.</summary>
    public bool RunsKubeadm => WithControlPlane || Image.Version.MinorsAheadOf(State!.Version) >= 0;

    public ClusterNode NodeOf(EngineClient engine, NodePlan node) => new(engine, Existing.ContainerOf(node).Id, node.Name);

    /// <summary>What is done with each node, for people.</summary>
    public IReadOnlyList<UpgradedNode> Nodes() =>
        [
            .. Targets.Select(node => new UpgradedNode(
                node.Name,
                ClusterLabels.Of(node.Role),
                Versions.First(known => known.Name == node.Name).Version.ToString(),
                Image.Version.ToString(),
                Steps(node)
            )),
        ];

    private string[] Steps(NodePlan node)
    {
        bool applies = node.Role == NodeRole.ControlPlane && node == Targets[0];
        return
        [
            .. RunsKubeadm ? [applies ? $"kubeadm upgrade apply {Image.Version}" : "kubeadm upgrade node"] : Array.Empty<string>(),
            "drain",
            "replace",
            "uncordon",
        ];
    }
}

using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Kubernetes.Certificates;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Nodes;

/// <summary>What a node is given before it runs.</summary>
/// <param name="Files">Laid down at its root.</param>
internal sealed record NodeContents(IReadOnlyList<NodeFile> Files)
{
    /// <summary>Phases of kubeadm that the cluster file leaves out.</summary>
    public IReadOnlyList<string> SkippedPhases { get; init; } = [];

    /// <summary>How its containerd is to be changed once it runs.</summary>
    public ContainerdPatches Containerd { get; init; } = new();

    /// <summary>Of a node of a new cluster.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileValue"/>, <see cref="ErrorCodes.ClusterFileUnsupported"/>: a
    /// patch does not fit.</exception>
    public static NodeContents New(ClusterPlan plan, NodePlan node, NodeImageFacts facts, ClusterAuthorities authorities) =>
        new([
            .. NodeCertificates.Of(plan, node, KubeadmDocuments.SettingsOf(plan, facts.Version), authorities),
            NodeFile.Secret(KubeadmFiles.Configuration, KubeadmDocuments.Of(plan, node, facts.Version)),
            .. ClusterManifests.Of(plan, node, facts),
            .. PodRangeFile.Of(plan, node, facts),
            .. EtcdPatch.FilesFor(facts.Version),
            .. KeptPatches.Of(plan.Config.Containerd),
            .. AirGapFiles.Of(plan, node, KubeadmDocuments.SettingsOf(plan, facts.Version)),
        ])
        {
            SkippedPhases = KubeadmDocuments.SkippedPhases(plan, node, facts.Version),
            Containerd = plan.Config.Containerd,
        };

    /// <summary>Of a node that a cluster gets later.</summary>
    /// <param name="plan">With the node.</param>
    /// <param name="node">The node.</param>
    /// <param name="facts">Of its image.</param>
    /// <param name="documents">kubeadm's, made from those of a node that is there.</param>
    /// <param name="containerd">Kept by that node.</param>
    /// <param name="authorities">The cluster's.</param>
    public static NodeContents Later(
        ClusterPlan plan,
        NodePlan node,
        NodeImageFacts facts,
        KubeadmDocumentSet documents,
        ContainerdPatches containerd,
        ClusterAuthorities authorities
    )
    {
        EffectiveSettings settings = EffectiveSettings.In(documents.OfKind("ClusterConfiguration") ?? []);
        return new([
            .. NodeCertificates.Of(plan, node, settings, authorities),
            NodeFile.Secret(KubeadmFiles.Configuration, documents.Text),
            .. EtcdPatch.FilesFor(facts.Version),
            .. KeptPatches.Of(containerd),
            .. AirGapFiles.Of(plan, node, settings),
        ])
        {
            Containerd = containerd,
        };
    }

    /// <summary>Of a node in which kubeadm is run by hand.</summary>
    public static NodeContents ByHand(ClusterPlan plan, NodePlan node, NodeImageFacts facts, EngineInformation host) =>
        new([
            .. BareFiles.Of(node, facts.Version, host),
            .. ClusterManifests.Of(plan, node, facts),
            .. KeptPatches.Of(plan.Config.Containerd),
            .. AirGapFiles.Of(plan, node, EffectiveSettings.PossibleFor(plan)),
        ])
        {
            Containerd = plan.Config.Containerd,
        };
}

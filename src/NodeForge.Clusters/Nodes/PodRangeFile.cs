using NodeForge.Clusters.Planning;

namespace NodeForge.Clusters.Nodes;

/// <summary>Tells NodeForge's own pod network the range that the plan has for a node: the runtime is configured while the node boots, and
/// nothing waits for the controller manager to hand a range out.</summary>
/// <remarks>Read by images/base/rootfs/usr/lib/nodeforge/pod-network; should the node get another range after all, that replaces what it
/// wrote.</remarks>
internal static class PodRangeFile
{
    private const string Path = "/etc/nodeforge/pod-range";

    public static IEnumerable<NodeFile> Of(ClusterPlan plan, NodePlan node, NodeImageFacts facts)
    {
        bool ours = facts.PodNetwork?.Contains("nodeforge-pod-network", StringComparison.Ordinal) ?? false;
        if (ours && plan.KnowsPodRanges && !plan.Config.Networking.DisableDefaultCni)
            yield return NodeFile.Public(Path, node.PodRange.Replace(',', ' ') + "\n");
    }
}

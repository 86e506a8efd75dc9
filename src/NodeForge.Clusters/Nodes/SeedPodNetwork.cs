using NodeForge.Clusters.Planning;

namespace NodeForge.Clusters.Nodes;

/// <summary>Lets an image with NodeForge's own pod network configure its runtime at once: the plan knows the node's pod range, so nothing
/// has to wait for
/// the controller manager to hand one out.</summary>
/// <remarks>The image's own function writes the file; should the node get another range after all, the image's service replaces
/// it.</remarks>
internal static class SeedPodNetwork
{
    private const string Script = """
        set -e
        say() { :; }
        conflist=/etc/cni/net.d/10-nodeforge.conflist
        mkdir -p "${conflist%/*}"
        . /usr/lib/nodeforge/pod-network.d/conflist.sh
        write_conflist "$1"
        """;

    public static bool Applies(ClusterPlan plan, NodeImageFacts facts) =>
        !plan.Config.Networking.DisableDefaultCni
        && plan.KnowsPodRanges
        && (facts.PodNetwork?.Contains("nodeforge-pod-network", StringComparison.Ordinal) ?? false);

    public static Task RunAsync(PreparedNode node, CancellationToken cancellationToken) =>
        node.Container.RunAsync(["bash", "-c", Script, "seed-pod-network", node.Plan.PodRange.Replace(',', ' ')], cancellationToken);
}

using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;

namespace NodeForge.Clusters.Nodes;

/// <summary>The image's manifests, filled in for a cluster and laid down in its first node.</summary>
internal static class ClusterManifests
{
    public const string Folder = "/etc/nodeforge/manifests";

    public static IEnumerable<NodeFile> Of(ClusterPlan plan, NodePlan node, NodeImageFacts facts)
    {
        if (node != plan.First)
            yield break;
        if (facts.PodNetwork is { } network && !plan.Config.Networking.DisableDefaultCni)
            yield return NodeFile.Public(
                $"{Folder}/10-pod-network.yaml",
                Filled(network, KubeadmDocuments.SettingsOf(plan, facts.Version))
            );
        if (facts.Storage is { } storage)
            yield return NodeFile.Public($"{Folder}/20-storage.yaml", storage);
    }

    // The manifest asks for it in kind's words; this is the one value that kind's template has.
    private static string Filled(string manifest, EffectiveSettings settings) =>
        manifest
            .Replace("{{ .PodSubnet }}", settings.PodSubnet, StringComparison.Ordinal)
            .Replace("{{.PodSubnet}}", settings.PodSubnet, StringComparison.Ordinal);
}

using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Kubeadm;

/// <summary>kubeadm's configuration of one node with the cluster file's patches in it: JSON documents in a YAML stream.</summary>
internal static class KubeadmDocuments
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileValue"/>: a patch does not fit;
    /// <see cref="ErrorCodes.ClusterFileUnsupported"/>: its result is none that a cluster can be made by.</exception>
    public static string Of(ClusterPlan plan, NodePlan node, KubernetesVersion version)
    {
        RefuseTooOld(plan, version);
        NodeDocuments documents = Patched(plan, node, version);
        KubeadmDialect dialect = KubeadmDialect.Of(version);
        FixedParts.Refuse(documents, node);
        foreach (JsonObject configuration in dialect.KnowsSkippedPhases ? [] : new[] { documents.Init, documents.Join })
            configuration.Remove("skipPhases");
        // A patch may have put kind's own way of finding the cluster beside ours.
        documents.Join["discovery"] = KubeadmTemplates.Discovery();
        if (node.Role == NodeRole.Worker || !plan.HasWorkers)
            TakePods(documents);
        // Workers run a phase of init, see NodePhases; what cluster files change for them stands in the join's document.
        if (node.Role == NodeRole.Worker)
            documents.Init["nodeRegistration"] = WorkerRegistration.Of(documents.Join, dialect.ArgumentsAreLists);
        return new KubeadmDocumentSet([.. documents.All]).Text;
    }

    // No workers: pods must run where the control plane does. A list that is absent brings kubeadm's own taint, which kind takes off again
    // once the cluster runs: whatever a patch took out of the registration, so it is for both.
    private static void TakePods(NodeDocuments documents)
    {
        foreach (JsonObject document in new[] { documents.Init, documents.Join })
        {
            if (document["nodeRegistration"] is not JsonObject registration)
                document["nodeRegistration"] = registration = [];
            registration["taints"] ??= new JsonArray();
        }
    }

    /// <summary>What holds for the whole cluster by the first control plane's documents.</summary>
    public static EffectiveSettings SettingsOf(ClusterPlan plan, KubernetesVersion version) => EffectiveSettings.In(Cluster(plan, version));

    /// <summary>The phases of <c>kubeadm init</c> on the first control plane, and of <c>kubeadm join</c> elsewhere, that the patched
    /// documents leave out.</summary>
    /// <remarks>kubeadm itself looks at them only where no phase is named to it, and knows the key since v1beta3.</remarks>
    public static IReadOnlyList<string> SkippedPhases(ClusterPlan plan, NodePlan node, KubernetesVersion version)
    {
        NodeDocuments documents = Patched(plan, node, version);
        return
        [
            .. ((node == plan.First ? documents.Init : documents.Join)["skipPhases"] as JsonArray ?? [])
                .Select(phase => phase?.ToString())
                .OfType<string>(),
        ];
    }

    /// <summary>Warnings about patches that change nothing in a node: those of the cluster, where it is the first one, and its
    /// own.</summary>
    public static IReadOnlyList<Diagnostic> Unmatched(ClusterPlan plan, NodePlan node, KubernetesVersion version)
    {
        NodeDocuments documents = Patched(plan, node, version);
        JsonObject[] own = node == plan.First ? [.. documents.All] : [documents.Init, documents.Join, documents.Kubelet];
        IReadOnlyList<PatchDocument> ofNode = PatchDocument.AllOf(node.Config.Patches);
        return
        [
            .. node == plan.First ? UnmatchedPatches.Among(PatchDocument.AllOf(plan.Config.Patches), [.. documents.All]) : [],
            .. UnmatchedPatches.Among(ofNode, own),
        ];
    }

    /// <summary>The ClusterConfiguration with the patches of the cluster and of its first control plane: kubeadm has every other node take
    /// that one's.</summary>
    internal static JsonObject Cluster(ClusterPlan plan, KubernetesVersion version)
    {
        KubeadmDialect dialect = KubeadmDialect.Of(version);
        JsonObject cluster = KubeadmTemplates.Cluster(plan, version, dialect);
        KubeadmPatching.Apply(cluster, OfFirst(plan), dialect.ArgumentsAreLists);
        return cluster;
    }

    private static IEnumerable<PatchDocument> OfFirst(ClusterPlan plan) =>
        PatchDocument.AllOf(plan.Config.Patches).Concat(PatchDocument.AllOf(plan.First.Config.Patches));

    private static NodeDocuments Patched(ClusterPlan plan, NodePlan node, KubernetesVersion version)
    {
        KubeadmDialect dialect = KubeadmDialect.Of(version);
        NodeDocuments documents = new(
            Cluster(plan, version),
            KubeadmTemplates.Init(plan, node, dialect),
            KubeadmTemplates.Join(plan, node, dialect),
            KubeadmTemplates.Kubelet(plan, version),
            KubeadmTemplates.HasProxy(plan) ? KubeadmTemplates.Proxy(plan, version) : null
        );
        PatchDocument[] first = [.. OfFirst(plan)];
        IReadOnlyList<PatchDocument> own = PatchDocument.AllOf(node.Config.Patches);
        PatchDocument[] ofNode = [.. PatchDocument.AllOf(plan.Config.Patches), .. own];
        KubeadmPatching.Apply(documents.Init, ofNode, dialect.ArgumentsAreLists);
        KubeadmPatching.Apply(documents.Join, ofNode, dialect.ArgumentsAreLists);
        // kubeadm gives every kubelet the first one's configuration; a node's own goes on top.
        KubeadmPatching.Apply(documents.Kubelet, node == plan.First ? first : [.. first, .. own], dialect.ArgumentsAreLists);
        if (documents.Proxy is { } proxy)
            KubeadmPatching.Apply(proxy, first, dialect.ArgumentsAreLists);
        return documents;
    }

    // Its kubelet takes one address, and its services know nothing of families.
    private static void RefuseTooOld(ClusterPlan plan, KubernetesVersion version)
    {
        if (plan.Config.Networking.Family != IPFamily.Dual || version.IsAtLeast(1, 20))
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.ClusterFileUnsupported, "the image's Kubernetes is too old for both address families")
            {
                Where = new("networking.ipFamily"),
                Got = version.ToString(),
                Want = "v1.20 or newer",
                Hint = "set ipFamily: ipv4 or ipFamily: ipv6, or take a newer image",
            }
        );
    }

    /// <summary>What a node's kubelet is told by NodeForge, in kind's order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> OwnArguments(ClusterPlan plan, NodePlan node) =>
        [
            new("node-ip", NodeIP(plan, node)),
            new("provider-id", $"kind://docker/{plan.Name}/{node.Name}"),
            new(KubeadmFiles.NodeLabels, Text(node.Config.Labels)),
        ];

    /// <summary>A node's addresses as its kubelet takes them: the family of the API server's first.</summary>
    public static string NodeIP(ClusterPlan plan, NodePlan node) =>
        plan.Config.Networking.Family == IPFamily.Dual ? string.Join(',', node.Place.All) : node.Address.ToString();

    /// <summary>As the kubelet takes labels.</summary>
    public static string Text(IReadOnlyDictionary<string, string> labels) =>
        string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"));
}

/// <param name="Proxy">Null for a cluster without kube-proxy.</param>
internal sealed record NodeDocuments(JsonObject Cluster, JsonObject Init, JsonObject Join, JsonObject Kubelet, JsonObject? Proxy)
{
    public IEnumerable<JsonObject> All => Proxy is null ? [Cluster, Init, Join, Kubelet] : [Cluster, Init, Join, Kubelet, Proxy];
}

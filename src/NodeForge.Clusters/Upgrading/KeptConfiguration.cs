using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Upgrading;

/// <summary>kubeadm's documents as a node keeps them: nodes that are added later are made from them.</summary>
internal static class KeptConfiguration
{
    private const string Kubelet = "KubeletConfiguration";

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterNotOurs"/>.</exception>
    public static async Task<KubeadmDocumentSet> ReadAsync(ClusterNode node, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> files = await node.ReadFolderAsync(KubeadmFiles.Configuration, cancellationToken)
            .ConfigureAwait(false);
        return KubeadmRewriting.Parse(files.Values.FirstOrDefault() ?? string.Empty, node.Name);
    }

    /// <summary>The folder of patches that the cluster file named, which kubeadm's upgrade has to be told of again.</summary>
    public static string? PatchesOf(KubeadmDocumentSet documents, NodeRole role, bool first) =>
        role == NodeRole.Worker
            ? null
            : Folder(documents, first ? "InitConfiguration" : "JoinConfiguration")
                ?? Folder(documents, first ? "JoinConfiguration" : "InitConfiguration");

    /// <summary>Turns the documents into those that a newer kubeadm reads, of its version.</summary>
    public static KubeadmDocumentSet Upgraded(KubeadmDocumentSet documents, KubernetesVersion version)
    {
        KubeadmDialect dialect = KubeadmDialect.Of(version);
        foreach (
            JsonObject document in documents.Documents.Where(document =>
                document["apiVersion"]?.ToString().StartsWith("kubeadm.k8s.io/", StringComparison.Ordinal) ?? false
            )
        )
        {
            document["apiVersion"] = dialect.ApiVersion;
            ExtraArguments.Conform(document, dialect.ArgumentsAreLists);
        }

        if (documents.OfKind("ClusterConfiguration") is { } cluster)
            cluster["kubernetesVersion"] = version.ToString();
        return documents;
    }

    /// <summary>What a node's kubelet was given besides the cluster's configuration, which kubeadm's upgrade writes in its place.</summary>
    /// <returns>Values to set, null to remove; none where the node has nothing of its own.</returns>
    public static JsonObject OwnKubelet(KubeadmDocumentSet node, KubeadmDocumentSet first)
    {
        JsonObject own = node.OfKind(Kubelet) ?? [];
        JsonObject common = first.OfKind(Kubelet) ?? [];
        JsonObject changes = [];
        foreach (
            string key in own.Concat(common).Select(pair => pair.Key).Distinct().Where(key => !JsonNode.DeepEquals(own[key], common[key]))
        )
            changes[key] = own[key]?.DeepClone();
        return changes;
    }

    private static string? Folder(KubeadmDocumentSet documents, string kind) =>
        (documents.OfKind(kind)?["patches"] as JsonObject)?["directory"] is JsonValue value && value.TryGetValue(out string? folder)
            ? folder
            : null;
}

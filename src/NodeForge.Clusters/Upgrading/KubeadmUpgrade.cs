using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Documents.Yaml;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Upgrading;

/// <summary>The new kubeadm in a node of the old image: the cluster goes over to the new version while the node's kubelet, which may be
/// older, still runs.</summary>
internal static class KubeadmUpgrade
{
    private const string KubeletFile = "/var/lib/kubelet/config.yaml";

    // kubeadm itself waits five minutes for each of the static pods.
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(25);

    /// <summary>What is run in a node.</summary>
    /// <param name="program">kubeadm.</param>
    /// <param name="role">The node's.</param>
    /// <param name="version">The new one.</param>
    /// <param name="first">Whether the cluster itself is upgraded with this node: the first control plane's part.</param>
    /// <param name="patches">Where the cluster file has patches of static pods; null for none.</param>
    public static IReadOnlyList<string> Command(string program, NodeRole role, KubernetesVersion version, bool first, string? patches)
    {
        // The checks are ours: kubeadm's know nothing of containers.
        string[] checks = ["--ignore-preflight-errors=all"];
        string[] patched =
            EtcdPatch.ArgumentsFor(version) is { Length: > 0 } etcd ? etcd
            : patches is null ? []
            : ["--patches", patches];
        if (!first)
            return
            [
                program,
                "upgrade",
                "node",
                "--kubeconfig",
                role == NodeRole.ControlPlane ? "/etc/kubernetes/admin.conf" : "/etc/kubernetes/kubelet.conf",
                .. checks,
                .. role == NodeRole.ControlPlane ? patched : [],
            ];
        string[] unstable = version.IsPrerelease ? ["--allow-experimental-upgrades", "--allow-release-candidate-upgrades"] : [];
        return [program, "upgrade", "apply", version.ToString(), "--yes", .. checks, .. unstable, .. patched];
    }

    /// <summary>Upgrades what the cluster knows of a node, and on a control plane what runs in it.</summary>
    public static async Task RunAsync(
        ClusterNode node,
        NodePlan plan,
        KubernetesApi api,
        string program,
        KubernetesVersion version,
        bool first,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        // Workers of clusters that an earlier NodeForge made are without.
        (await api.AnnotateRuntimeAsync(node.Name, cancellationToken).ConfigureAwait(false)).Accept(node.Name);
        await node.PutAsync([.. EtcdPatch.FilesFor(version)], clock, cancellationToken).ConfigureAwait(false);
        KubeadmDocumentSet documents = await KeptConfiguration.ReadAsync(node, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> command = Command(
            program,
            plan.Role,
            version,
            first,
            KeptConfiguration.PatchesOf(documents, plan.Role, first)
        );
        await node.RunAsync(command, AtMost, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lays what a node's kubelet has of its own over the cluster's configuration, which kubeadm has just written.</summary>
    public static async Task KeepOwnKubeletAsync(
        ClusterNode node,
        KubeadmDocumentSet first,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        JsonObject own = KeptConfiguration.OwnKubelet(
            await KeptConfiguration.ReadAsync(node, cancellationToken).ConfigureAwait(false),
            first
        );
        if (own.Count == 0)
            return;
        IReadOnlyDictionary<string, string> files = await node.ReadFolderAsync(KubeletFile, cancellationToken).ConfigureAwait(false);
        JsonObject kubelet = YamlDocument.Read(files.Values.FirstOrDefault() ?? string.Empty) as JsonObject ?? [];
        foreach ((string key, JsonNode? value) in own)
        {
            kubelet.Remove(key);
            if (value is not null)
                kubelet[key] = value.DeepClone();
        }

        await node.PutAsync([NodeFile.Public(KubeletFile, kubelet.ToJsonString())], clock, cancellationToken).ConfigureAwait(false);
    }
}

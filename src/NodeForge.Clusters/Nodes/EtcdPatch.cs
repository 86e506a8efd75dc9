using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Nodes;

/// <summary>Takes back what kubeadm 1.20 and 1.21 ask for etcd's pod: disk space, of which their kubelets do not know yet when they begin
/// (kubernetes#99305).</summary>
/// <remarks>The pod is refused then and never tried again. A joining control plane waits for it for ever, and the first one's etcd, without
/// its new member, answers nobody.</remarks>
internal static class EtcdPatch
{
    private const string Folder = "/kind/kubeadm-patches";

    // A null takes a key out and minds no absence of it.
    private const string Patch = """
        spec:
          containers:
          - name: etcd
            resources:
              requests:
                ephemeral-storage: null

        """;

    public static IEnumerable<NodeFile> FilesFor(KubernetesVersion version) =>
        Applies(version) ? [NodeFile.Public($"{Folder}/etcd+strategic.yaml", Patch)] : [];

    /// <summary>What kubeadm is to be told when it writes etcd's pod.</summary>
    public static string[] ArgumentsFor(KubernetesVersion version) => Applies(version) ? ["--experimental-patches", Folder] : [];

    private static bool Applies(KubernetesVersion version) => Changes.EtcdAsksForDisk.HoldsFor(version);
}

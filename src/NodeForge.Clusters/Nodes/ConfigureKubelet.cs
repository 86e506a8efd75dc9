using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Nodes;

/// <summary>Runs phases of kubeadm init that only write files.</summary>
internal static class ConfigureKubelet
{
    // Without systemctl in reach kubeadm leaves the kubelet alone: it is started once, when everything is there. A worker's copy of the cluster's
    // certificate comes last: with a certificate and no key kubeadm would take the worker for a control plane whose authority is elsewhere.
    private const string Script = """
        set -e
        program=$(command -v kubeadm)
        (PATH=/nonexistent exec "$program" "$@")
        if [ -e /etc/kubernetes/pki/worker-ca.crt ]; then mv /etc/kubernetes/pki/worker-ca.crt /etc/kubernetes/pki/ca.crt; fi
        """;

    public static Task RunAsync(ClusterNode node, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        node.RunAsync(["sh", "-c", Script, "kubeadm", .. arguments, "--config", KubeadmFiles.Configuration], cancellationToken);
}

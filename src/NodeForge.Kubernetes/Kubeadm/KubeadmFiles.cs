namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>Where kubeadm and the kubelet find what they are told in a node.</summary>
public static class KubeadmFiles
{
    /// <summary>kubeadm's configuration, at kind's place.</summary>
    public const string Configuration = "/kind/kubeadm.conf";

    public const string RuntimeSocket = "unix:///run/containerd/containerd.sock";

    /// <summary>The kubelet's argument for a node's labels.</summary>
    public const string NodeLabels = "node-labels";
}

using NodeForge.Oci;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>What a server tarball or a folder of binaries gives to a node, all in the store.</summary>
/// <param name="Origin">A URL, a path or a recipe, for the image's record.</param>
/// <param name="Binaries">kubeadm, kubelet, kubectl by name.</param>
/// <param name="Images">kube-apiserver and the others by name.</param>
internal sealed record KubernetesRelease(
    string Origin,
    IReadOnlyDictionary<string, ActionOutput> Binaries,
    IReadOnlyDictionary<string, Image> Images
)
{
    /// <summary>What a node cannot do without.</summary>
    public static readonly IReadOnlyList<string> NodePrograms = ["kubeadm", "kubectl", "kubelet"];
}

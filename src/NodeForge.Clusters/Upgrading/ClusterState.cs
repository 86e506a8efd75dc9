using System.Text.Json.Nodes;
using NodeForge.Documents.Yaml;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Upgrading;

/// <summary>What the cluster says of its Kubernetes, in the configuration that kubeadm keeps there.</summary>
/// <param name="Version">Of the control plane: what it was made with or last upgraded to.</param>
/// <param name="Repository">Where its images come from, when that is not Kubernetes' own place; null otherwise.</param>
internal sealed record ClusterState(KubernetesVersion Version, string? Repository)
{
    private const string Kubeadm = "/api/v1/namespaces/kube-system/configmaps/kubeadm-config";
    private const string Kubelet = "/api/v1/namespaces/kube-system/configmaps/kubelet-config";

    // kubeadm turns the first into the second by itself (kubernetes#114978).
    private static readonly string[] Usual = ["k8s.gcr.io", "registry.k8s.io", ""];

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiRefused"/>, <see cref="ErrorCodes.ApiAnswerInvalid"/>,
    /// <see cref="ErrorCodes.ApiServerTimeout"/>.</exception>
    public static async Task<ClusterState> ReadAsync(KubernetesApi api, CancellationToken cancellationToken)
    {
        ApiAnswer answer = (await api.CallAsync(HttpMethod.Get, Kubeadm, null, cancellationToken).ConfigureAwait(false)).Accept(Kubeadm);
        return ApiAnswer.Take(
            Kubeadm,
            () =>
            {
                JsonNode? configuration = YamlDocument.Read((string?)answer.Json?["data"]?["ClusterConfiguration"] ?? string.Empty);
                string repository = (string?)configuration?["imageRepository"] ?? string.Empty;
                return new ClusterState(
                    KubernetesVersion.Parse((string?)configuration?["kubernetesVersion"] ?? string.Empty),
                    Usual.Contains(repository) ? null : repository
                );
            }
        );
    }

    /// <summary>Lets the kubelets of the new version run on the host's cgroup v1, where they would end at once.</summary>
    public static async Task AllowCgroup1Async(KubernetesApi api, CancellationToken cancellationToken)
    {
        ApiAnswer answer = (await api.CallAsync(HttpMethod.Get, Kubelet, null, cancellationToken).ConfigureAwait(false)).Accept(Kubelet);
        string text = ApiAnswer.Take(Kubelet, () => (string?)answer.Json?["data"]?["kubelet"] ?? string.Empty);
        if (text.Contains("failCgroupV1", StringComparison.Ordinal))
            return;
        JsonObject change = new() { ["data"] = new JsonObject { ["kubelet"] = $"{text.TrimEnd('\n')}\nfailCgroupV1: false\n" } };
        (await api.CallAsync(HttpMethod.Patch, Kubelet, change, cancellationToken).ConfigureAwait(false)).Accept(Kubelet);
    }
}

using System.Text.Json.Nodes;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters;

/// <summary>How a version of kubeadm wants its documents.</summary>
/// <param name="ApiVersion">The newest that it reads.</param>
/// <param name="ArgumentsAreLists">Since v1beta4 extra arguments are lists of name and value, so that one may come twice.</param>
internal sealed record KubeadmDialect(string ApiVersion, bool ArgumentsAreLists)
{
    public static KubeadmDialect Of(KubernetesVersion version) => version switch
    {
        _ when version.IsAtLeast(1, 31) => new("kubeadm.k8s.io/v1beta4", true),
        _ when version.IsAtLeast(1, 22) => new("kubeadm.k8s.io/v1beta3", false),
        _ => new("kubeadm.k8s.io/v1beta2", false),
    };

    public JsonNode Arguments(JsonObject arguments)
    {
        if (!ArgumentsAreLists)
            return arguments;
        JsonArray list = [];
        foreach ((string name, JsonNode? value) in arguments)
            list.Add((JsonNode)new JsonObject { ["name"] = name, ["value"] = value?.DeepClone() });
        return list;
    }
}

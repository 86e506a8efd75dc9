using System.Text.Json.Nodes;

namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>The nodeRegistration of a worker for the phase of <c>kubeadm init</c> that it runs: what <c>kubeadm join</c> would give its
/// kubelet.</summary>
public static class WorkerRegistration
{
    private const string Taints = "register-with-taints";

    /// <param name="join">The worker's JoinConfiguration.</param>
    /// <param name="argumentsAreLists">How its version has extra arguments.</param>
    public static JsonNode? Of(JsonObject join, bool argumentsAreLists)
    {
        if (join["nodeRegistration"]?.DeepClone() is not JsonObject registration)
            return null;
        string[] taints = [.. (registration["taints"] as JsonArray ?? []).OfType<JsonObject>().Select(Text)];
        // A join registers the node with its taints; an init puts them on the node later. A taint that the user gives the kubelet itself
        // goes before both.
        if (taints.Length > 0 && ExtraArguments.Find(registration["kubeletExtraArgs"], Taints) is null)
        {
            JsonObject told = new() { [Taints] = string.Join(',', taints) };
            registration["kubeletExtraArgs"] = ExtraArguments.Merge(registration["kubeletExtraArgs"], told, argumentsAreLists);
        }

        return registration;
    }

    /// <summary>Takes back what <see cref="Of"/> told the kubelet of taints.</summary>
    public static void Forget(JsonObject registration, bool argumentsAreLists) =>
        registration["kubeletExtraArgs"] = ExtraArguments.Merge(
            registration["kubeletExtraArgs"],
            new JsonObject { [Taints] = null },
            argumentsAreLists
        );

    // As the kubelet reads them: KEY[=VALUE]:EFFECT.
    private static string Text(JsonObject taint) =>
        taint["value"]?.ToString() is { Length: > 0 } value
            ? $"{taint["key"]}={value}:{taint["effect"]}"
            : $"{taint["key"]}:{taint["effect"]}";
}

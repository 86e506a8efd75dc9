using System.Text.Json;

namespace NodeForge.Kubernetes.Api;

/// <summary>A registered node as its kubelet last reported it.</summary>
/// <param name="Name">The node's.</param>
/// <param name="Ready">Whether it says so.</param>
/// <param name="HasPodRange">Whether it was given one.</param>
/// <param name="Reason">Why it is not Ready, in the kubelet's words.</param>
/// <param name="Heard">When the kubelet last said so; null where it never did.</param>
public sealed record NodeStatus(string Name, bool Ready, bool HasPodRange, string Reason, DateTimeOffset? Heard)
{
    internal const string List = "/api/v1/nodes";

    /// <summary>Reads a NodeList.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiAnswerInvalid"/>.</exception>
    public static IReadOnlyList<NodeStatus> ParseAll(string text) =>
        ApiAnswer.Take(
            List,
            () =>
            {
                using JsonDocument list = JsonDocument.Parse(text);
                return list.RootElement.GetProperty("items").EnumerateArray().Select(Of).ToArray();
            }
        );

    private static NodeStatus Of(JsonElement node)
    {
        string name = node.GetProperty("metadata").GetProperty("name").GetString() ?? string.Empty;
        bool ranged = node.TryGetProperty("spec", out JsonElement spec) && spec.TryGetProperty("podCIDR", out _);
        if (node.GetProperty("status").TryGetProperty("conditions", out JsonElement conditions))
        {
            foreach (
                JsonElement condition in conditions
                    .EnumerateArray()
                    .Where(condition => condition.GetProperty("type").GetString() == "Ready")
            )
            {
                string reason = condition.TryGetProperty("message", out JsonElement message)
                    ? message.GetString() ?? string.Empty
                    : "not Ready";
                bool said = condition.TryGetProperty("lastHeartbeatTime", out JsonElement beat);
                return new(
                    name,
                    condition.GetProperty("status").GetString() == "True",
                    ranged,
                    reason,
                    said && beat.TryGetDateTimeOffset(out DateTimeOffset heard) ? heard : null
                );
            }
        }

        return new(name, false, ranged, "the kubelet has said nothing yet", null);
    }
}

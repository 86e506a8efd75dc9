using System.Globalization;
using System.Text.Json.Nodes;
using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Upgrading;

/// <summary>A control plane's static pods, as their mirrors show them.</summary>
internal sealed class StaticPods(KubernetesApi api, string node)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private string Path =>
        $"/api/v1/namespaces/kube-system/pods?labelSelector={Uri.EscapeDataString("tier=control-plane")}&fieldSelector={Uri.EscapeDataString($"spec.nodeName={node}")}";

    /// <summary>Waits until all of them are Ready, in containers that were started since a time: what is remembered from before is no
    /// answer.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodesNotReady"/>: which are not.</exception>
    public async Task AwaitAsync(DateTimeOffset since, TimeSpan atMost, CancellationToken cancellationToken)
    {
        string[] waiting = ["none seen"];
        bool ready = await Polling
            .UntilAsync(
                Every,
                atMost,
                async () =>
                {
                    if (await api.TryGetAsync(Path, cancellationToken).ConfigureAwait(false) is { } text)
                        waiting = [.. ApiAnswer.Take("/api/v1/pods", () => WaitingIn(JsonNode.Parse(text), since).ToArray())];
                    return waiting.Length == 0;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!ready)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.NodesNotReady, $"the control plane's pods are not Ready after {atMost.TotalSeconds:0} s")
                {
                    Where = new(node),
                    Got = string.Join(", ", waiting),
                    Hint = "wait longer with --wait, or look into the diagnostics folder",
                }
            );
        }
    }

    /// <param name="pods">A PodList.</param>
    /// <param name="since">When the node was started.</param>
    internal static IEnumerable<string> WaitingIn(JsonNode? pods, DateTimeOffset since)
    {
        JsonObject[] items = [.. (pods?["items"]?.AsArray() ?? []).OfType<JsonObject>()];
        return items.Length == 0
            ? ["none seen"]
            : items.Where(pod => !IsReady(pod["status"], since)).Select(pod => (string?)pod["metadata"]?["name"] ?? string.Empty);
    }

    private static bool IsReady(JsonNode? status, DateTimeOffset since)
    {
        JsonObject[] containers = [.. (status?["containerStatuses"] as JsonArray ?? []).OfType<JsonObject>()];
        return containers.Length > 0
            && containers.All(container =>
                (bool?)container["ready"] == true
                && DateTimeOffset.TryParse(
                    (string?)container["state"]?["running"]?["startedAt"],
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out DateTimeOffset started
                )
                // Whole seconds in the API.
                && started >= since.AddSeconds(-1)
            );
    }
}

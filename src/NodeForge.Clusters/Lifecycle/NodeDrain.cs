using System.Globalization;
using System.Text.Json.Nodes;
using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>Empties a node as kubectl drain does: no new pods, and an eviction for each that is there and would move.</summary>
internal sealed class NodeDrain(KubernetesApi api, string node)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether pods stay that nobody would make again: for a node that comes back, and with it they.</summary>
    public bool LeavesBare { get; init; }

    /// <returns>How many pods left.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DrainTimeout"/>: the pods that stayed and what holds them;
    /// <see cref="ErrorCodes.ApiServerTimeout"/>, <see cref="ErrorCodes.ApiRefused"/>.</exception>
    public async Task<int> RunAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        ApiAnswer cordoned = await api.CallAsync(
                HttpMethod.Patch,
                $"/api/v1/nodes/{node}",
                new() { ["spec"] = new JsonObject { ["unschedulable"] = true } },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (cordoned.Accept(node, 404).Status == 404)
            return 0;
        string version = await EvictionVersionAsync(cancellationToken).ConfigureAwait(false);
        HashSet<string> asked = [];
        Dictionary<string, string> held = [];
        bool empty = await Polling
            .UntilAsync(
                Every,
                patience,
                async () =>
                {
                    IReadOnlyList<NodePod> pods = await PodsAsync(cancellationToken).ConfigureAwait(false);
                    held.Clear();
                    foreach (NodePod pod in pods.Where(pod => pod.Moves && (pod.HasOwner || !LeavesBare)))
                    {
                        held[pod.Path] = "it takes its time to end";
                        if (
                            !asked.Contains(pod.Path)
                            && await EvictAsync(pod, version, cancellationToken).ConfigureAwait(false) is { } refusal
                        )
                            held[pod.Path] = refusal;
                        else
                            asked.Add(pod.Path);
                    }

                    return held.Count == 0;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (empty)
            return asked.Count;
        throw new NodeForgeException([
            .. held.Select(pod => new Diagnostic(
                ErrorCodes.DrainTimeout,
                $"the pod did not leave the node within {patience.TotalSeconds:0} s"
            )
            {
                Where = new(node, Detail: pod.Key),
                Got = pod.Value,
                Hint = "wait longer with --wait, or remove the node with --force",
            }),
        ]);
    }

    /// <summary>Removes what the API server still knows of a node that is gone: its pods at once, for no kubelet will end them.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        (await api.CallAsync(HttpMethod.Delete, $"/api/v1/nodes/{node}", null, cancellationToken).ConfigureAwait(false)).Accept(node, 404);
        foreach (NodePod pod in await PodsAsync(cancellationToken).ConfigureAwait(false))
            (
                await api.CallAsync(HttpMethod.Delete, pod.Url, new() { ["gracePeriodSeconds"] = 0 }, cancellationToken)
                    .ConfigureAwait(false)
            ).Accept(pod.Path, 404);
    }

    private async Task<IReadOnlyList<NodePod>> PodsAsync(CancellationToken cancellationToken)
    {
        ApiAnswer answer = await api.CallAsync(
                HttpMethod.Get,
                $"/api/v1/pods?fieldSelector={Uri.EscapeDataString($"spec.nodeName={node}")}",
                null,
                cancellationToken
            )
            .ConfigureAwait(false);
        return ApiAnswer.Take(
            "/api/v1/pods",
            () => (answer.Accept(node).Json?["items"]?.AsArray() ?? []).OfType<JsonObject>().Select(NodePod.Of).ToArray()
        );
    }

    /// <returns>Why not; null when the pod goes.</returns>
    private async Task<string?> EvictAsync(NodePod pod, string version, CancellationToken cancellationToken)
    {
        JsonObject eviction = new()
        {
            ["apiVersion"] = version,
            ["kind"] = "Eviction",
            ["metadata"] = new JsonObject { ["name"] = pod.Name, ["namespace"] = pod.Namespace },
        };
        ApiAnswer answer = await api.CallAsync(HttpMethod.Post, pod.Url + "/eviction", eviction, cancellationToken).ConfigureAwait(false);
        // 429: a disruption budget says not now. 500: two budgets for one pod.
        return answer.Accept(pod.Path, 404, 429, 500).Status is 429 or 500 ? answer.Message : null;
    }

    // policy/v1 knows evictions since 1.22, where v1beta1 is on its way out.
    private async Task<string> EvictionVersionAsync(CancellationToken cancellationToken)
    {
        ApiAnswer answer = (await api.CallAsync(HttpMethod.Get, "/version", null, cancellationToken).ConfigureAwait(false)).Accept(
            "/version"
        );
        string minor = ApiAnswer.Take("/version", () => (string?)answer.Json?["minor"] ?? string.Empty).TrimEnd('+');
        return int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < 22
            ? "policy/v1beta1"
            : "policy/v1";
    }
}

/// <summary>A pod on a node.</summary>
/// <param name="Moves">Whether it is one that runs elsewhere instead: no mirror of a static pod, none of a daemon set, none that has
/// ended.</param>
internal sealed record NodePod(string Namespace, string Name, bool Moves)
{
    /// <summary>Whether something makes it again.</summary>
    public bool HasOwner { get; init; } = true;

    public string Path => $"{Namespace}/{Name}";

    public string Url => $"/api/v1/namespaces/{Namespace}/pods/{Name}";

    public static NodePod Of(JsonObject pod)
    {
        JsonNode? metadata = pod["metadata"];
        JsonArray owners = metadata?["ownerReferences"] as JsonArray ?? [];
        bool daemon = owners.Any(owner => (string?)owner?["kind"] == "DaemonSet");
        bool mirror = metadata?["annotations"]?["kubernetes.io/config.mirror"] is not null;
        bool ended = (string?)pod["status"]?["phase"] is "Succeeded" or "Failed";
        return new(
            (string?)metadata?["namespace"] ?? string.Empty,
            (string?)metadata?["name"] ?? string.Empty,
            !daemon && !mirror && !ended
        )
        {
            HasOwner = owners.Count > 0,
        };
    }
}

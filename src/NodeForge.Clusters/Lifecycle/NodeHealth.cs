using System.Globalization;
using System.Text.Json;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>Waits until nodes say that they are Ready, and say it since they were started: what the API server remembers from before is no answer.</summary>
internal static class NodeHealth
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodesNotReady"/>, one for each node; <see cref="ErrorCodes.ApiServerTimeout"/>.</exception>
    public static async Task AwaitAsync(EngineClient engine, KubernetesApi api, IReadOnlyList<ContainerSummary> nodes, TimeSpan atMost, CancellationToken cancellationToken)
    {
        Dictionary<string, DateTimeOffset> started = [];
        foreach (ContainerSummary node in nodes)
            started[node.Name] = StartOf((await engine.Containers.FindAsync(node.Id, cancellationToken).ConfigureAwait(false))?.State.StartedAt);
        string? list = null;
        bool ready = await Polling.UntilAsync(Every, atMost, async () =>
        {
            list = await api.TryGetAsync("/api/v1/nodes", cancellationToken).ConfigureAwait(false) ?? list;
            return list is not null && started.All(node => ProblemOf(list, node.Key, node.Value) is null);
        }, cancellationToken).ConfigureAwait(false);
        if (ready)
            return;
        if (list is null)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ApiServerTimeout, "the API server does not answer") { Where = new(nodes[0].Name), Got = $"nothing within {atMost.TotalSeconds:0} s", Mend = "nodeforge export logs has the logs of kubelet, etcd and API server" });
        throw new NodeForgeException([.. started.Select(node => (Node: node.Key, Problem: ProblemOf(list, node.Key, node.Value))).Where(pair => pair.Problem is not null).Select(pair =>
            new Diagnostic(ErrorCodes.NodesNotReady, $"the node is not Ready after {atMost.TotalSeconds:0} s") { Where = new(pair.Node), Got = pair.Problem, Mend = "wait longer with --wait, or look into nodeforge export logs" })]);
    }

    /// <summary>Why a node is not Ready; null when it is.</summary>
    internal static string? ProblemOf(string list, string node, DateTimeOffset since) => ApiAnswer.Take("/api/v1/nodes", () => Find(list, node, since));

    private static string? Find(string list, string node, DateTimeOffset since)
    {
        using JsonDocument document = JsonDocument.Parse(list);
        foreach (JsonElement item in document.RootElement.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("metadata").GetProperty("name").GetString() == node))
        {
            if (!item.GetProperty("status").TryGetProperty("conditions", out JsonElement conditions))
                return "the kubelet has said nothing yet";
            foreach (JsonElement condition in conditions.EnumerateArray().Where(condition => condition.GetProperty("type").GetString() == "Ready"))
            {
                if (condition.GetProperty("status").GetString() != "True")
                    return condition.TryGetProperty("message", out JsonElement message) ? message.GetString() ?? string.Empty : "not Ready";
                // Whole seconds in the API.
                bool fresh = condition.TryGetProperty("lastHeartbeatTime", out JsonElement beat) && beat.TryGetDateTimeOffset(out DateTimeOffset heard) && heard >= since.AddSeconds(-1);
                return fresh ? null : "its kubelet has not reported since the node was started";
            }
        }

        return "it has not registered";
    }

    // RFC 3339 with nanoseconds, of which seven digits count here.
    internal static DateTimeOffset StartOf(string? text) =>
        text is not null && DateTimeOffset.TryParse(Shortened(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset started) ? started : DateTimeOffset.MinValue.AddDays(1);

    private static string Shortened(string text)
    {
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        int end = dot < 0 ? -1 : text.AsSpan(dot + 1).IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text : string.Concat(text.AsSpan(0, dot + 1 + Math.Min(end, 7)), text.AsSpan(dot + 1 + end));
    }
}

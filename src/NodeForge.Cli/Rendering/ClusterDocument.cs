using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Clusters.Creation;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Cli.Rendering;

/// <summary>What <c>create cluster</c> prints.</summary>
internal sealed record ClusterDocument(int SchemaVersion, string Name, IReadOnlyList<string> Nodes, string ApiServer, string? Kubeconfig, IReadOnlyList<TimelineItem> Timeline)
{
    public static ClusterDocument Of(CreatedCluster created) => new(
        1, created.Name, created.Nodes, created.ApiServer.OriginalString, created.Kubeconfig,
        [.. created.Timeline.Select(entry => new TimelineItem(entry.Title, entry.Started.TotalSeconds, entry.Elapsed.TotalSeconds))]);

    public string ToJson() => JsonSerializer.Serialize(this, DocumentJson.Default.ClusterDocument);

    public Page ToText(bool verbose, string? kubeconfig)
    {
        Page text = new();
        if (verbose)
        {
            Columns columns = new();
            foreach (TimelineItem item in Timeline)
                columns.Add(item.StartedSeconds.ToString("0.0", CultureInfo.InvariantCulture).PadLeft(6) + " s", ("+" + item.ElapsedSeconds.ToString("0.0", CultureInfo.InvariantCulture)).PadLeft(7) + " s", item.Title);
            text.Rows(columns);
        }

        return text.Line(Kubeconfig is null ? $"nodeforge exec {Nodes[0]}" : NextStep.For("kind-" + Name, kubeconfig));
    }
}

/// <summary>One action of a creation.</summary>
internal sealed record TimelineItem(string Title, double StartedSeconds, double ElapsedSeconds);

/// <summary>A list of names under one key.</summary>
internal static class NamesDocument
{
    public static string Of(string key, IReadOnlyList<string> names) =>
        new JsonObject { ["schemaVersion"] = 1, [key] = new JsonArray([.. names.Select(name => (JsonNode)JsonValue.Create(name))]) }.ToJsonString();
}

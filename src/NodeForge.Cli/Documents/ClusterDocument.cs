using System.Globalization;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Creation;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>create cluster</c> prints.</summary>
internal sealed record ClusterDocument(
    string Name,
    IReadOnlyList<string> Nodes,
    string ApiServer,
    string? Kubeconfig,
    IReadOnlyList<TimelineItem> Timeline
) : Document
{
    /// <summary>Of an air-gapped cluster, what it tried to reach while it was made.</summary>
    public AttemptsDocument? AirGap { get; init; }

    public static ClusterDocument Of(CreatedCluster created) =>
        new(
            created.Name,
            created.Nodes,
            created.ApiServer.OriginalString,
            created.Kubeconfig,
            [.. created.Timeline.Select(entry => new TimelineItem(entry.Title, entry.Started.TotalSeconds, entry.Elapsed.TotalSeconds))]
        );

    public Page ToText(bool verbose)
    {
        Page text = new();
        if (verbose)
        {
            Columns columns = new();
            foreach (TimelineItem item in Timeline)
                columns.Add(
                    Seconds(item.StartedSeconds).PadLeft(6) + " s",
                    ("+" + Seconds(item.ElapsedSeconds)).PadLeft(7) + " s",
                    item.Title
                );
            text.Rows(columns);
        }

        if (AirGap is { } attempts)
            text.Add(attempts.ToText());
        return text;
    }

    /// <param name="kubeconfig">The file that the user chose; null where kubectl finds it by itself.</param>
    public string Next(string? kubeconfig) => Kubeconfig is null ? $"nodeforge exec {Nodes[0]}" : NextStep.For("kind-" + Name, kubeconfig);

    private static string Seconds(double seconds) => seconds.ToString("0.0", CultureInfo.InvariantCulture);
}

/// <summary>One action of a creation.</summary>
internal sealed record TimelineItem(string Title, double StartedSeconds, double ElapsedSeconds);

using System.Globalization;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Attempts;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>get attempts</c> prints, and the report of an air-gapped cluster.</summary>
internal sealed record AttemptsDocument(
    string Cluster,
    IReadOnlyList<HeardItem> Nodes,
    long Names,
    long Packets,
    IReadOnlyList<AttemptItem> Attempts
) : Document
{
    public static AttemptsDocument Of(ClusterAttempts told) =>
        new(
            told.Cluster,
            [.. told.Nodes.Select(node => new HeardItem(node.Name, node.IsHeard))],
            told.Attempts.Where(attempt => attempt.IsName).Sum(attempt => attempt.Count),
            told.Attempts.Where(attempt => !attempt.IsName).Sum(attempt => attempt.Count),
            [.. told.Attempts.Select(AttemptItem.Of)]
        );

    public override Page ToText()
    {
        Page page = new();
        string[] deaf = [.. Nodes.Where(node => !node.Heard).Select(node => node.Name)];
        int heard = Nodes.Count - deaf.Length;
        string nodes = Counted(heard, "node") + " heard";
        page.Line(
            Attempts.Count == 0 && heard == 0 ? $"no node of {Cluster} is heard: what was tried is not known"
            : Attempts.Count == 0 ? $"nothing was tried outside of {Cluster}: {nodes}"
            : $"outside of {Cluster}: {Counted(Names, "name")} looked up, {Counted(Packets, "packet")} sent, none got out: {nodes}"
        );
        if (deaf.Length > 0)
            page.Line("not heard: " + string.Join(", ", deaf));
        if (Attempts.Count == 0)
            return page;
        Columns columns = new(3);
        columns.Add("COUNT", "DESTINATION", "NODE", "POD");
        foreach (AttemptItem attempt in Attempts)
            columns.Add(
                attempt.Count.ToString(CultureInfo.InvariantCulture),
                attempt.Destination,
                attempt.Node,
                attempt.Pod ?? attempt.Address ?? string.Empty
            );
        return page.Rows(columns);
    }

    private static string Counted(long count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}

/// <param name="Heard">Whether somebody listens to it.</param>
internal sealed record HeardItem(string Name, bool Heard);

/// <summary>What was tried, by whom.</summary>
/// <param name="Kind">name or packet.</param>
/// <param name="Destination">A name; or protocol, address and port.</param>
/// <param name="Node">Where.</param>
/// <param name="Pod">Namespace and name.</param>
/// <param name="Address">The pod's.</param>
/// <param name="Count">How often.</param>
/// <param name="Last">When for the last time.</param>
internal sealed record AttemptItem(
    string Kind,
    string Destination,
    string Node,
    string? Pod,
    string? Address,
    long Count,
    DateTimeOffset Last
)
{
    public static AttemptItem Of(Attempt attempt) =>
        new(
            attempt.IsName ? "name" : "packet",
            attempt.Destination,
            attempt.Node,
            attempt.Pod,
            attempt.Address,
            attempt.Count,
            attempt.Last
        );
}

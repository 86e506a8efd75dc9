using System.Text;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Nodes;

namespace NodeForge.Cli.Documents;

/// <summary>Nodes, looked at closer: what <c>get nodes</c> prints with <c>-o wide</c> and as a document.</summary>
internal sealed record NodesDocument(IReadOnlyList<ListedNode> Nodes) : Document
{
    private const string None = "<none>"; // kubectl's
    private const int Gap = 3; // kubectl's

    // Enough of an image's name to know it by: its end, where the version is.
    private const int ShortestImage = 16;

    public static NodesDocument Of(IReadOnlyList<ListedNode> nodes) => new(nodes);

    /// <param name="clusters">Whether each node's cluster is told.</param>
    /// <param name="width">Of the terminal; null for none, where a line is as long as it likes.</param>
    public string ToText(bool clusters, int? width)
    {
        if (Nodes.Count == 0)
            return string.Empty;
        string[] titles = [.. clusters ? ["CLUSTER"] : Array.Empty<string>(), "NAME", "STATE", "ROLE", "VERSION", "ADDRESS", "IMAGE"];
        string[][] rows = [.. Nodes.Select(node => Cells(node, clusters))];
        int room =
            (width ?? int.MaxValue)
            - Enumerable.Range(0, titles.Length - 1).Sum(column => Gap + rows.Append(titles).Max(row => row[column].Length));
        if (room >= Math.Min(ShortestImage, rows.Max(row => row[^1].Length)))
            return Table([titles, .. rows.Select(row => (string[])[.. row[..^1], EndOf(row[^1], room)])]);
        return Blocks(titles, rows, clusters ? 1 : 0);
    }

    private static string[] Cells(ListedNode node, bool clusters)
    {
        string[] cells =
        [
            .. clusters ? [node.Cluster] : Array.Empty<string>(),
            node.Name,
            node.State,
            node.Role.Length == 0 ? None : node.Role,
            node.KubernetesVersion ?? None,
            node.Addresses.Count == 0 ? None : string.Join(',', node.Addresses),
            WithoutDigest(node.Image),
        ];
        return [.. cells.Select(Printable.Escape)];
    }

    // kind's nodes carry name, tag and digest: the name says it.
    private static string WithoutDigest(string image) =>
        image.IndexOf('@', StringComparison.Ordinal) is > 0 and int at ? image[..at] : image;

    private static string EndOf(string text, int room) => text.Length <= room ? text : "…" + text[^(room - 1)..];

    private static string Table(IReadOnlyList<string[]> rows)
    {
        Columns columns = new(Gap);
        foreach (string[] row in rows)
            columns.Add(row);
        return columns.ToString();
    }

    // A table that does not fit would be folded by the terminal, in the middle of words.
    private static string Blocks(string[] titles, string[][] rows, int name)
    {
        StringBuilder text = new();
        int widest = titles.Max(title => title.Length);
        foreach (string[] row in rows)
        {
            text.AppendLine(row[name]);
            for (int column = 0; column < row.Length; column++)
            {
                if (column != name)
                    text.Append("  ").Append(titles[column].ToLowerInvariant().PadRight(widest)).Append("  ").AppendLine(row[column]);
            }
        }

        return text.ToString();
    }
}

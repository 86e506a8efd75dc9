using System.Text;

namespace NodeForge.Cli.Rendering;

/// <summary>Rows in columns as wide as their widest word; the last column is as long as it likes.</summary>
/// <param name="gap">Spaces between columns.</param>
internal sealed class Columns(int gap = 2)
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add([.. cells.Select(Printable.Escape)]);

    public override string ToString()
    {
        StringBuilder text = new();
        int[] widths =
        [
            .. Enumerable
                .Range(0, rows.Count == 0 ? 0 : rows.Max(row => row.Length))
                .Select(column => rows.Max(row => row.Length > column ? row[column].Length : 0)),
        ];
        foreach (string[] row in rows)
        {
            StringBuilder line = new();
            for (int column = 0; column < row.Length; column++)
                line.Append(row[column].PadRight(widths[column])).Append(' ', gap);
            text.AppendLine(line.ToString().TrimEnd());
        }

        return text.ToString();
    }
}

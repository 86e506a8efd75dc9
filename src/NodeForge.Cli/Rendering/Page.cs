using System.Text;

namespace NodeForge.Cli.Rendering;

/// <summary>What a command prints for people: lines, and no other way to add to them. What comes from elsewhere neither moves the cursor
/// nor begins a line of its own.</summary>
internal sealed class Page
{
    private readonly StringBuilder text = new();

    public static Page Of(params IEnumerable<string> lines)
    {
        Page page = new();
        foreach (string line in lines)
            page.Line(line);
        return page;
    }

    /// <summary>A text of our own making that has several lines.</summary>
    public static Page OfText(string text) => Of(text.TrimEnd('\n').Split('\n'));

    public Page Line(string line)
    {
        text.Append(Printable.Escape(line)).Append('\n');
        return this;
    }

    /// <summary>A line that is folded between words where the terminal would fold it within one.</summary>
    /// <param name="width">Columns that there are; null: it is not folded.</param>
    /// <param name="indent">Blanks before what follows of it.</param>
    public Page Folded(string line, int? width, int indent)
    {
        string rest = Printable.Escape(line).TrimEnd();
        while (rest.Length > width)
        {
            int first = rest.Length - rest.TrimStart().Length;
            int end = first < width.Value ? rest.LastIndexOf(' ', width.Value, width.Value - first) : -1;
            if (end < 0)
                end = rest.IndexOf(' ', Math.Max(first, width.Value));
            if (end < 0)
                break;
            text.Append(rest[..end].TrimEnd()).Append('\n');
            rest = new string(' ', indent) + rest[end..].TrimStart();
        }

        text.Append(rest).Append('\n');
        return this;
    }

    /// <summary>Rows whose cells are escaped already.</summary>
    public Page Rows(Columns columns)
    {
        text.Append(columns);
        return this;
    }

    public Page Add(Page other)
    {
        text.Append(other.text);
        return this;
    }

    public override string ToString() => text.ToString();
}

using System.Net;
using System.Text;

namespace NodeForge.Verification.Reports;

/// <summary>Writes elements; whatever comes from an image is escaped, and there is no other way in.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder text = new();

    /// <summary>A tag of our own making.</summary>
    public HtmlText Raw(string tag)
    {
        text.Append(tag);
        return this;
    }

    /// <summary>Text from anywhere.</summary>
    public HtmlText Add(string? from)
    {
        text.Append(WebUtility.HtmlEncode(Printable.Escape(from ?? "")));
        return this;
    }

    public HtmlText Element(string tag, string? content, string? kind = null) =>
        Raw(kind is null ? $"<{tag}>" : $"<{tag} class=\"{kind}\">").Add(content).Raw($"</{tag}>");

    public HtmlText Row(params ReadOnlySpan<string?> cells)
    {
        Raw("<tr>");
        foreach (string? cell in cells)
            Element("td", cell);
        return Raw("</tr>\n");
    }

    public HtmlText Head(params ReadOnlySpan<string> titles)
    {
        Raw("<div class=\"table\"><table><thead><tr>");
        foreach (string title in titles)
            Element("th", title);
        return Raw("</tr></thead><tbody>\n");
    }

    public HtmlText EndTable() => Raw("</tbody></table></div>\n");

    public override string ToString() => text.ToString();
}

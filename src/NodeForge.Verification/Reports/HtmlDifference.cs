using System.Globalization;

namespace NodeForge.Verification.Reports;

/// <summary>What changed against another image, for people: settings, layers, and of layers the first entries.</summary>
internal static class HtmlDifference
{
    public static void Write(HtmlText page, ImageDifference difference)
    {
        page.Element("h2", $"What changed against {difference.First}");
        page.Element(
            "p",
            difference.Sameness switch
            {
                Sameness.SameBits => "nothing: the same bits",
                Sameness.SameImage => "the same image; compression or annotations differ",
                _ => "another image",
            },
            "facts"
        );
        if (difference.Documents.Count > 0)
        {
            page.Head("setting", "before", "now");
            foreach (FieldDifference field in difference.Documents)
                page.Raw("<tr>")
                    .Element("td", field.Name)
                    .Element("td", field.First, "long")
                    .Element("td", field.Second, "long")
                    .Raw("</tr>\n");
            page.EndTable();
        }

        if (difference.Layers.Count == 0)
            return;
        page.Head("layer", "entry", "what", "before", "now");
        foreach (LayerDifference layer in difference.Layers)
            Write(page, layer);
        page.EndTable();
    }

    private static void Write(HtmlText page, LayerDifference layer)
    {
        string title = string.Create(CultureInfo.InvariantCulture, $"{layer.Number} {layer.Title}");
        string? whole = layer switch
        {
            { First: null } => "added",
            { Second: null } => "missing",
            { OnlyCompression: true } => "only its compression",
            _ => null,
        };
        if (whole is not null)
            page.Raw("<tr>")
                .Element("td", title, "long")
                .Element("td", "the whole layer")
                .Element("td", whole)
                .Element("td", layer.First?.Digest.ShortHex)
                .Element("td", layer.Second?.Digest.ShortHex)
                .Raw("</tr>\n");
        foreach (EntryDifference entry in layer.Entries)
        {
            string change = entry.Change.ToString().ToLowerInvariant();
            foreach (FieldDifference field in entry.Fields.DefaultIfEmpty(new("", null, null)))
                page.Raw("<tr>")
                    .Element("td", title, "long")
                    .Element("td", "/" + entry.Path, "long")
                    .Element("td", $"{change} {field.Name}")
                    .Element("td", field.First, "long")
                    .Element("td", field.Second, "long")
                    .Raw("</tr>\n");
            if (entry.FirstByte is { } at)
                page.Raw("<tr>")
                    .Element("td", title, "long")
                    .Element("td", "/" + entry.Path, "long")
                    .Element("td", string.Create(CultureInfo.InvariantCulture, $"from byte {at.Offset} on"))
                    .Element("td", at.First, "long")
                    .Element("td", at.Second, "long")
                    .Raw("</tr>\n");
        }

        if (layer.Entries.Count < layer.Changed)
            page.Raw("<tr>")
                .Element("td", title, "long")
                .Element("td", string.Create(CultureInfo.InvariantCulture, $"and {layer.Changed - layer.Entries.Count} more"))
                .Raw("<td></td><td></td><td></td></tr>\n");
    }
}

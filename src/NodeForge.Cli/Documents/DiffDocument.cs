using NodeForge.Cli.Rendering;
using NodeForge.Verification;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>diff</c> prints: how far two images are the same, and where they part.</summary>
internal sealed record DiffDocument(IReadOnlyList<DifferenceItem> Images) : Document
{
    public static DiffDocument Of(IReadOnlyList<ImageDifference> differences) => new([.. differences.Select(DifferenceItem.Of)]);

    public override Page ToText()
    {
        Page text = new();
        foreach (DifferenceItem image in Images)
        {
            text.Line(
                $"{image.First} and {image.Second}: {image.Sameness switch { "same-bits" => "the same bits", "same-image" => "the same image; compression or annotations differ", _ => "different" }}"
            );
            foreach (FieldItem field in image.Documents)
                text.Line($"  {field.Name}: {field.First ?? "(none)"} → {field.Second ?? "(none)"}");
            foreach (LayerDifferenceItem layer in image.Layers)
                Append(text, layer);
        }

        return text;
    }

    private static void Append(Page text, LayerDifferenceItem layer)
    {
        string what =
            layer.First is null ? "only the second image has it"
            : layer.Second is null ? "only the first image has it"
            : layer.OnlyCompression ? "unpacks to the same; only its compression differs"
            : $"{layer.Changed} entries differ";
        text.Line($"  layer {layer.Number}{(layer.Title.Length > 0 ? $" ({layer.Title})" : "")}: {what}");
        foreach (EntryDifferenceItem entry in layer.Entries)
        {
            text.Line($"    {entry.Change} /{entry.Path}");
            foreach (FieldItem field in entry.Fields)
                text.Line($"      {field.Name}: {field.First ?? "(none)"} → {field.Second ?? "(none)"}");
            if (entry.FirstByte is { } at)
                text.Line($"      byte {at.Offset}: {at.First} → {at.Second}");
        }

        if (layer.Entries.Count < layer.Changed)
            text.Line($"    and {layer.Changed - layer.Entries.Count} more");
    }
}

/// <param name="Sameness">same-bits, same-image or different.</param>
internal sealed record DifferenceItem(
    string First,
    string Second,
    string Sameness,
    IReadOnlyList<FieldItem> Documents,
    IReadOnlyList<LayerDifferenceItem> Layers
)
{
    public static DifferenceItem Of(ImageDifference difference) =>
        new(
            difference.First,
            difference.Second,
            difference.Sameness switch
            {
                Verification.Sameness.SameBits => "same-bits",
                Verification.Sameness.SameImage => "same-image",
                _ => "different",
            },
            [.. difference.Documents.Select(FieldItem.Of)],
            [.. difference.Layers.Select(LayerDifferenceItem.Of)]
        );
}

internal sealed record LayerDifferenceItem(
    int Number,
    string Title,
    string? First,
    string? Second,
    bool OnlyCompression,
    int Changed,
    IReadOnlyList<EntryDifferenceItem> Entries
)
{
    public static LayerDifferenceItem Of(LayerDifference layer) =>
        new(
            layer.Number,
            layer.Title,
            layer.First?.Digest.ToString(),
            layer.Second?.Digest.ToString(),
            layer.OnlyCompression,
            layer.Changed,
            [.. layer.Entries.Select(EntryDifferenceItem.Of)]
        );
}

/// <param name="Change">changed, added, missing or moved.</param>
internal sealed record EntryDifferenceItem(string Path, string Change, IReadOnlyList<FieldItem> Fields, ByteItem? FirstByte)
{
    public static EntryDifferenceItem Of(EntryDifference entry) =>
        new(
            entry.Path,
            entry.Change.ToString().ToLowerInvariant(),
            [.. entry.Fields.Select(FieldItem.Of)],
            entry.FirstByte is { } at ? new(at.Offset, at.First, at.Second) : null
        );
}

internal sealed record FieldItem(string Name, string? First, string? Second)
{
    public static FieldItem Of(FieldDifference field) => new(field.Name, field.First, field.Second);
}

internal sealed record ByteItem(long Offset, string First, string Second);

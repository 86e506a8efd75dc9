using NodeForge.Bundles.Updating;
using NodeForge.Bundles.Writing;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>bundle apply</c> and <c>bundle squash</c> print: the files, and what they are.</summary>
internal sealed record BundleWrittenDocument(string Set, string Index, long Size, IReadOnlyList<string> Files) : Document
{
    public static BundleWrittenDocument Of(WrittenBundle written) =>
        new(written.Set.ToString(), written.Index.ToString(), written.Size, written.Files);

    public override Page ToText()
    {
        Page text = new();
        foreach (string file in Files)
            text.Line(file);
        return text.Line($"{ByteCount.Show(Size)}").Line("  set    " + Set).Line("  index  " + Index);
    }
}

/// <summary>What <c>bundle inventory</c> prints: the page itself.</summary>
/// <param name="Text">What <c>bundle create --base</c> reads.</param>
internal sealed record BundleInventoryDocument(string Name, string Index, string Text) : Document
{
    public static BundleInventoryDocument Of(BundleInventory inventory) =>
        new(inventory.Name, inventory.Index.ToString(), inventory.ToText());

    public override Page ToText()
    {
        Page page = new();
        foreach (string line in Text.TrimEnd('\n').Split('\n'))
            page.Line(line);
        return page;
    }
}

/// <summary>What <c>bundle sign</c> prints: the file, and what it says.</summary>
/// <param name="Makes">Of a delta the index of the bundle that it makes.</param>
internal sealed record BundleSignedDocument(string File, string Index, string? Makes, string Series, long Sequence, DateTimeOffset? Expires)
    : Document
{
    public static BundleSignedDocument Of(SignedBundle signed) =>
        new(
            signed.File,
            signed.Said.Index.ToString(),
            signed.Said.Makes?.ToString(),
            signed.Said.Series,
            signed.Said.Sequence,
            signed.Said.Expires
        );

    public override Page ToText() =>
        new Page()
            .Line(File)
            .Line(FormattableString.Invariant($"  {Series} {Sequence}{(Expires is { } time ? $", until {time:u}" : "")}"))
            .Line("  index  " + Index);
}

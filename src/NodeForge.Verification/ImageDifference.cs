using NodeForge.Oci;

namespace NodeForge.Verification;

/// <summary>What is different between two images.</summary>
/// <param name="First">What the first is called.</param>
/// <param name="Second">What the second is called.</param>
/// <param name="Sameness">How far they are the same.</param>
/// <param name="Documents">Settings of manifest and config that differ, by their path in the document.</param>
/// <param name="Layers">Layers that differ, bottom first.</param>
public sealed record ImageDifference(
    string First,
    string Second,
    Sameness Sameness,
    IReadOnlyList<FieldDifference> Documents,
    IReadOnlyList<LayerDifference> Layers
)
{
    /// <summary>The second image's manifest.</summary>
    public required Digest Manifest { get; init; }
}

/// <summary>How far two images are the same. What runs is named by the image ID (docs/adr/0005).</summary>
public enum Sameness
{
    /// <summary>The same manifest, byte for byte.</summary>
    SameBits,

    /// <summary>The same image ID: what unpacks and runs is the same, and compression or annotations differ.</summary>
    SameImage,

    Different,
}

/// <summary>A layer of one image and the one at its place in the other.</summary>
/// <param name="Number">1-based, from the bottom.</param>
/// <param name="Title">What made it, from the history.</param>
/// <param name="First">Null where the first image has fewer layers.</param>
/// <param name="Second">Null where the second image has fewer layers.</param>
/// <param name="OnlyCompression">Whether both unpack to the same.</param>
/// <param name="Changed">How many entries differ, are added or are missing.</param>
/// <param name="Entries">The first of them, in the order of the archives.</param>
public sealed record LayerDifference(
    int Number,
    string Title,
    Descriptor? First,
    Descriptor? Second,
    bool OnlyCompression,
    int Changed,
    IReadOnlyList<EntryDifference> Entries
);

/// <summary>An entry that differs.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Fields">Header fields, and the content's length and digest.</param>
public sealed record EntryDifference(string Path, EntryChange Change, IReadOnlyList<FieldDifference> Fields)
{
    /// <summary>Where its contents begin to differ; null where they do not, or where nobody looked.</summary>
    public ByteDifference? FirstByte { get; init; }
}

public enum EntryChange
{
    Changed,

    /// <summary>Only the second image has it.</summary>
    Added,

    /// <summary>Only the first image has it.</summary>
    Missing,

    /// <summary>Both have it, in another order among the others.</summary>
    Moved,
}

/// <param name="Name">The field.</param>
/// <param name="First">Null where the first has none.</param>
/// <param name="Second">Null where the second has none.</param>
public sealed record FieldDifference(string Name, string? First, string? Second);

/// <param name="Offset">0-based, in the file.</param>
/// <param name="First">The bytes there and behind it, in hexadecimal; empty at the end of the file.</param>
/// <param name="Second">The same of the other.</param>
public sealed record ByteDifference(long Offset, string First, string Second);

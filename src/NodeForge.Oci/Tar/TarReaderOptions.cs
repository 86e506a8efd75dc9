namespace NodeForge.Oci.Tar;

/// <summary>What a reader lets pass, and its limits.</summary>
public sealed record TarReaderOptions
{
    public static TarReaderOptions Default { get; } = new();

    /// <summary>Whether an archive that stops between two entries without its zero blocks is an error. Only they tell it from one that was
    /// cut there.</summary>
    public bool EndMarkerRequired { get; init; } = true;

    /// <summary>Whether bytes other than zeros may follow the end marker. Readers disagree whether those count.</summary>
    public bool TrailingBytesAllowed { get; init; }

    /// <summary>Bytes that one extended header may have.</summary>
    public int MaximumExtension { get; init; } = 1 << 20;
}

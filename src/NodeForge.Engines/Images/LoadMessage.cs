namespace NodeForge.Engines.Images;

/// <summary>One message of the engine's while it loads an image.</summary>
public sealed record LoadMessage
{
    private const string LoadedImage = "Loaded image: ";
    private const string LoadedId = "Loaded image ID: ";

    /// <summary>A line for people.</summary>
    public string? Stream { get; init; }

    /// <summary>What goes on: "Loading layer".</summary>
    public string? Status { get; init; }

    /// <summary>Which layer, as the engine shortens its digest.</summary>
    public string? Id { get; init; }

    public LoadProgress? ProgressDetail { get; init; }

    /// <summary>Why the load failed; the last message then.</summary>
    public string? Error { get; init; }

    /// <summary>The reference or ID that this message says is loaded.</summary>
    internal string? LoadedReference =>
        Stream switch
        {
            null => null,
            _ when Stream.StartsWith(LoadedImage, StringComparison.Ordinal) => Stream[LoadedImage.Length..].Trim(),
            _ when Stream.StartsWith(LoadedId, StringComparison.Ordinal) => Stream[LoadedId.Length..].Trim(),
            _ => null,
        };
}

/// <summary>How far a layer is, in bytes.</summary>
public sealed record LoadProgress
{
    public long? Current { get; init; }

    public long? Total { get; init; }
}

namespace NodeForge.Engines.Images;

/// <summary>Where an engine's storage driver has an image's layers, on the engine's machine.</summary>
public sealed record ImageGraphDriver
{
    /// <summary>overlay2, btrfs and so on.</summary>
    public string Name
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The driver's own words: of overlay2 UpperDir, the uppermost layer, and LowerDir, the others from above downwards with
    /// colons between.</summary>
    public Dictionary<string, string>? Data { get; init; }
}

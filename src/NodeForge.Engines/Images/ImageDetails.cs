namespace NodeForge.Engines.Images;

/// <summary>An image as the engine has it.</summary>
public sealed record ImageDetails
{
    /// <summary>The digest of the image's configuration, or of its manifest where the engine keeps containerd's store.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public IReadOnlyList<string>? RepoTags { get; init; }

    public IReadOnlyList<string>? RepoDigests { get; init; }

    /// <summary>Go's name for the machine: amd64, arm64.</summary>
    public string Architecture
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>RFC 3339; null or empty where the image does not say.</summary>
    public string? Created { get; init; }

    public string Os
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string? Variant { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    public ImageRunConfig? Config { get; init; }

    public ImageRootFs? RootFS { get; init; }

    /// <summary>Null where the engine keeps containerd's store.</summary>
    public ImageGraphDriver? GraphDriver { get; init; }
}

public sealed record ImageRunConfig
{
    public Dictionary<string, string>? Labels { get; init; }

    public IReadOnlyList<string>? Env { get; init; }

    public IReadOnlyList<string>? Entrypoint { get; init; }
}

public sealed record ImageRootFs
{
    /// <summary>The diff IDs, lowest layer first.</summary>
    public IReadOnlyList<string>? Layers { get; init; }
}

/// <summary>An image in a list.</summary>
public sealed record ImageSummary
{
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public IReadOnlyList<string>? RepoTags { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }
}

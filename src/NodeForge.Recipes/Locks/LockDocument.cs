using NodeForge.Oci;

namespace NodeForge.Recipes.Locks;

/// <summary>The lock file as it is written: a list for each kind of source.</summary>
internal sealed record LockDocument
{
    public int SchemaVersion { get; init; } = RecipeLockFile.SchemaVersion;

    public required Digest Recipe { get; init; }

    public required long Epoch { get; init; }

    public required IReadOnlyList<PartDocument> Parts { get; init; }

    public static LockDocument From(RecipeLock locked) =>
        new()
        {
            Recipe = locked.Recipe,
            Epoch = locked.Epoch,
            Parts = [.. locked.Parts.Select(PartDocument.From)],
        };

    public RecipeLock ToLock() =>
        new()
        {
            Recipe = Recipe,
            Epoch = Epoch,
            Parts = [.. Parts.Select(part => part.ToPart())],
        };
}

/// <summary>A part as it is written.</summary>
internal sealed record PartDocument
{
    public required string Recipe { get; init; }

    public required string Platform { get; init; }

    public IReadOnlyList<LockedPackage> Packages { get; init; } = [];

    public IReadOnlyList<LockedFile> Files { get; init; } = [];

    public IReadOnlyList<LockedImage> Images { get; init; } = [];

    public Digest? Inputs { get; init; }

    public Digest? Output { get; init; }

    public IReadOnlyList<Digest>? Layers { get; init; }

    public static PartDocument From(LockedPart part) =>
        new()
        {
            Recipe = part.Recipe,
            Platform = part.Platform,
            Packages = part.Packages,
            Files = part.Files,
            Images = part.Images,
            Inputs = part.Inputs,
            Output = part.Output,
            Layers = part.Layers,
        };

    public LockedPart ToPart() =>
        new()
        {
            Recipe = Recipe,
            Platform = Platform,
            Sources = [.. Packages, .. Files, .. Images],
            Inputs = Inputs,
            Output = Output,
            Layers = Layers,
        };
}

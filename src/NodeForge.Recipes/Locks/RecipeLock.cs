using NodeForge.Oci;

namespace NodeForge.Recipes.Locks;

/// <summary>A recipe with every name resolved: what a build fetches, by digest, and nothing else. docs/lock-file.md has the
/// format.</summary>
public sealed record RecipeLock
{
    /// <summary>Over the recipe, the recipes it includes and every local file they name; a lock of another digest is stale.</summary>
    public required Digest Recipe { get; init; }

    /// <summary>Seconds since 1970: the newest time in the image, unless SOURCE_DATE_EPOCH says another.</summary>
    public required long Epoch { get; init; }

    /// <summary>One per recipe and platform, the top recipe first.</summary>
    public required IReadOnlyList<LockedPart> Parts { get; init; }

    /// <summary>The same lock with another part in the place of one of its own.</summary>
    public RecipeLock With(LockedPart part, LockedPart instead) =>
        this with
        {
            Parts = [.. Parts.Select(each => ReferenceEquals(each, part) ? instead : each)],
        };
}

/// <summary>What one recipe needs for one platform.</summary>
public sealed record LockedPart
{
    /// <summary>The recipe's path from the folder of the top recipe, with slashes.</summary>
    public required string Recipe { get; init; }

    public required string Platform { get; init; }

    /// <summary>All that is fetched for it: packages, then files, then images.</summary>
    public IReadOnlyList<LockedSource> Sources { get; init; } = [];

    /// <summary>Those of <see cref="Sources"/> that are packages.</summary>
    public IReadOnlyList<LockedPackage> Packages => [.. Sources.OfType<LockedPackage>()];

    /// <summary>Those of <see cref="Sources"/> that are files.</summary>
    public IReadOnlyList<LockedFile> Files => [.. Sources.OfType<LockedFile>()];

    /// <summary>Those of <see cref="Sources"/> that are images.</summary>
    public IReadOnlyList<LockedImage> Images => [.. Sources.OfType<LockedImage>()];

    /// <summary>Over what the recipe says of packages, files and images, and of a Kubernetes build: while it stays, so does all that the
    /// part has.</summary>
    public Digest? Inputs { get; init; }

    /// <summary>What the part must come out as, where that was recorded: the server tarball of a Kubernetes build, the image ID of the
    /// lock's own image.</summary>
    public Digest? Output { get; init; }

    /// <summary>The diff IDs of the image in <see cref="Output"/>, bottom first: they say which layer of another image is the different
    /// one.</summary>
    public IReadOnlyList<Digest>? Layers { get; init; }
}

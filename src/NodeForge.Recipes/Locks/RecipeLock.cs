using NodeForge.Oci;

namespace NodeForge.Recipes.Locks;

/// <summary>A recipe with every name resolved: what a build fetches, by digest, and nothing else. docs/lock-file.md has the format.</summary>
public sealed record RecipeLock
{
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Over the recipe, the recipes it includes and every local file they name; a lock of another digest is stale.</summary>
    public required Digest Recipe { get; init; }

    /// <summary>Seconds since 1970: the newest time in the image, unless SOURCE_DATE_EPOCH says another.</summary>
    public required long Epoch { get; init; }

    /// <summary>One per recipe and platform, the top recipe first.</summary>
    public required IReadOnlyList<LockedPart> Parts { get; init; }

    /// <summary>The same lock with another part in the place of one of its own.</summary>
    public RecipeLock With(LockedPart part, LockedPart instead) => this with { Parts = [.. Parts.Select(each => ReferenceEquals(each, part) ? instead : each)] };
}

/// <summary>What one recipe needs for one platform.</summary>
public sealed record LockedPart
{
    /// <summary>The recipe's path from the folder of the top recipe, with slashes.</summary>
    public required string Recipe { get; init; }

    public required string Platform { get; init; }

    public IReadOnlyList<LockedPackage> Packages { get; init; } = [];

    public IReadOnlyList<LockedFile> Files { get; init; } = [];

    public IReadOnlyList<LockedImage> Images { get; init; } = [];

    /// <summary>Over what the recipe says of packages, files and images, and of a Kubernetes build: while it stays, so does all that the part has.</summary>
    public Digest? Inputs { get; init; }

    /// <summary>What the part must come out as, where that was recorded: the server tarball of a Kubernetes build, the image ID of the lock's own image.</summary>
    public Digest? Output { get; init; }

    /// <summary>The diff IDs of the image in <see cref="Output"/>, bottom first: they say which layer of another image is the different one.</summary>
    public IReadOnlyList<Digest>? Layers { get; init; }
}

/// <summary>A .deb, by its place in any mirror of the archive.</summary>
/// <param name="Name">The package.</param>
/// <param name="Version">Debian's version.</param>
/// <param name="Architecture">Debian's architecture: amd64, arm64, all.</param>
/// <param name="Suite">bookworm, bookworm-updates, bookworm-security.</param>
/// <param name="Path">From the mirror's root: <c>pool/…</c>. Suites that end in -security are in the security mirror.</param>
/// <param name="Digest">SHA-256 of the .deb, as the signed index has it.</param>
/// <param name="Size">Bytes.</param>
public sealed record LockedPackage(string Name, string Version, string Architecture, string Suite, string Path, Digest Digest, long Size)
{
    public string? Snapshot { get; init; }
}

/// <summary>A file: from a URL, or from a Debian mirror when it has a suite.</summary>
/// <param name="Name">What the recipe calls it, and what <c>lock --update</c> takes.</param>
/// <param name="Digest">SHA-256.</param>
/// <param name="Size">Bytes.</param>
public sealed record LockedFile(string Name, Digest Digest, long Size)
{
    public string? Url { get; init; }

    public string? Suite { get; init; }

    /// <summary>From the mirror's root, with <see cref="Suite"/>.</summary>
    public string? Path { get; init; }

    public string? Snapshot { get; init; }
}

/// <summary>An image of a registry or of a local archive, one platform of it.</summary>
/// <param name="Reference">As the recipe has it, with its transport.</param>
/// <param name="Digest">Of the manifest for the part's platform.</param>
/// <param name="Blobs">The manifest, the config and the layers, in this order.</param>
public sealed record LockedImage(string Reference, Digest Digest, IReadOnlyList<LockedBlob> Blobs);

public sealed record LockedBlob(string MediaType, Digest Digest, long Size);

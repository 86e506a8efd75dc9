using NodeForge.Oci;

namespace NodeForge.Recipes.Locks;

/// <summary>One thing that a recipe names and a build fetches: a package, a file or an image.</summary>
/// <remarks>What a kind says of itself is said in methods: the properties are what the lock file has.</remarks>
public abstract record LockedSource
{
    /// <summary>SHA-256: of a package's and a file's bytes, of an image's manifest.</summary>
    public abstract Digest Digest { get; init; }

    /// <summary>The word by which <c>lock --update</c> takes it.</summary>
    public abstract string Called();

    /// <summary>What is fetched of it: SHA-256 and bytes of each.</summary>
    public abstract IReadOnlyList<(Digest Digest, long Size)> Contents();

    internal abstract LockedKind Kind();

    /// <summary>The kind as a person calls it.</summary>
    internal abstract string Word();

    /// <summary>Once among a part's sources of its kind; people read it too.</summary>
    internal abstract string Key();

    /// <summary>The place among a part's sources of its kind, by its characters' numbers.</summary>
    internal virtual string Order() => Key();

    /// <summary>What a person compares two of one key by.</summary>
    internal abstract string Brief();

    /// <summary>All else by which two of one key differ.</summary>
    internal abstract string Rest();
}

/// <summary>The kinds of sources, in the order in which a lock has them.</summary>
internal enum LockedKind
{
    Package,
    File,
    Image,
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
    : LockedSource
{
    public string? Snapshot { get; init; }

    public override string Called() => Name;

    public override IReadOnlyList<(Digest Digest, long Size)> Contents() => [(Digest, Size)];

    internal override LockedKind Kind() => LockedKind.Package;

    internal override string Word() => "package";

    internal override string Key() => Name + ":" + Architecture;

    // A name that another one begins with comes first, whatever follows it there.
    internal override string Order() => $"{Name}\0{Architecture}\0{Path}";

    internal override string Brief() => Version;

    internal override string Rest() => Digest.ShortHex + " of " + Suite + (Snapshot is { } at ? " at " + at : "") + " " + Path;
}

/// <summary>A file: from a URL, or from a Debian mirror when it has a suite.</summary>
/// <param name="Name">What the recipe calls it, and what <c>lock --update</c> takes.</param>
/// <param name="Digest">SHA-256.</param>
/// <param name="Size">Bytes.</param>
public sealed record LockedFile(string Name, Digest Digest, long Size) : LockedSource
{
    public string? Url { get; init; }

    public string? Suite { get; init; }

    /// <summary>From the mirror's root, with <see cref="Suite"/>.</summary>
    public string? Path { get; init; }

    public string? Snapshot { get; init; }

    public override string Called() => Name;

    public override IReadOnlyList<(Digest Digest, long Size)> Contents() => [(Digest, Size)];

    internal override LockedKind Kind() => LockedKind.File;

    internal override string Word() => "file";

    internal override string Key() => Name;

    internal override string Brief() => Digest.ShortHex;

    internal override string Rest() => $"{Url ?? $"{Suite} {Path}"} {Snapshot} {Size}";
}

/// <summary>An image of a registry or of a local archive, one platform of it.</summary>
/// <param name="Reference">As the recipe has it, with its transport.</param>
/// <param name="Digest">Of the manifest for the part's platform.</param>
/// <param name="Blobs">The manifest, the config and the layers, in this order.</param>
public sealed record LockedImage(string Reference, Digest Digest, IReadOnlyList<LockedBlob> Blobs) : LockedSource
{
    public override string Called() => Reference;

    public override IReadOnlyList<(Digest Digest, long Size)> Contents() => [.. Blobs.Select(blob => (blob.Digest, blob.Size))];

    internal override LockedKind Kind() => LockedKind.Image;

    internal override string Word() => "image";

    internal override string Key() => Reference;

    internal override string Brief() => Digest.ShortHex;

    internal override string Rest() => string.Join(' ', Blobs);
}

public sealed record LockedBlob(string MediaType, Digest Digest, long Size);

namespace NodeForge.Recipes;

/// <summary>Packages to install and configure, with all that they depend on.</summary>
public sealed record DebianPackages
{
    /// <summary><c>bookworm</c>, <c>trixie</c>.</summary>
    public required string Suite { get; init; }

    /// <summary>Take SUITE-security too.</summary>
    public bool Security { get; init; } = true;

    /// <summary>Take SUITE-updates too.</summary>
    public bool Updates { get; init; } = true;

    /// <summary>The state of the archive at a time, <c>20261101T000000Z</c>, from a snapshot mirror; null takes today's.</summary>
    public string? Snapshot { get; init; }

    /// <summary>The keyring that the archive's signature is checked with, absolute; null: the one of the system's
    /// debian-archive-keyring.</summary>
    public string? Keyring { get; init; }

    public IReadOnlyList<string> Components { get; init; } = ["main"];

    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Path globs that are not unpacked, as dpkg's path-exclude takes them.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Path globs that are kept though excluded, as dpkg's path-include takes them.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];
}

/// <summary>Packages whose files are taken without running a script, exactly those named, dependencies not followed.</summary>
public sealed record ExtractedPackages
{
    public required DebianPackages From { get; init; }

    /// <summary>Path globs; <c>*</c> does not cross a slash, <c>**</c> does. Links that a match leads through come along.</summary>
    public required IReadOnlyList<string> Extract { get; init; }
}

/// <summary>Kubernetes' source as upstream has it, exactly one of the three.</summary>
public sealed record SourceTree
{
    /// <summary>A checkout or an unpacked tree of this machine, absolute.</summary>
    public string? Folder { get; init; }

    /// <summary>An archive of this machine, absolute.</summary>
    public string? Tarball { get; init; }

    /// <summary>URL of an archive; <c>{version}</c> is filled in.</summary>
    public string? Url { get; init; }

    /// <summary>What at the top of a tree is no source: version control, and what upstream's own makefiles leave.</summary>
    public static IReadOnlyList<string> Left { get; } = [".git", "_output"];
}

/// <summary>A source package.</summary>
/// <param name="Suite">The suite that has it.</param>
/// <param name="Package">Its name.</param>
public sealed record DebianSource(string Suite, string Package)
{
    public string? Snapshot { get; init; }

    public string? Keyring { get; init; }
}

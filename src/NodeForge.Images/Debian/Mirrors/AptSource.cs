namespace NodeForge.Images.Debian.Mirrors;

/// <summary>An entry of apt's sources (sources.list(5)), as far as mirrors are concerned.</summary>
internal sealed record AptSource(
    IReadOnlyList<string> Types,
    IReadOnlyList<string> Uris,
    IReadOnlyList<string> Suites,
    IReadOnlyList<string> Components,
    string? SignedBy
);

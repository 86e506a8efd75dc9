namespace NodeForge.Images.Debian.Mirrors;

/// <summary>Which of apt's sources are Debian's own archive.</summary>
internal static class DebianSuites
{
    // Codenames and aliases since apt has SHA-256 alone; other archives use other names, or these names with components of their own.
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "stretch",
        "buster",
        "bullseye",
        "bookworm",
        "trixie",
        "forky",
        "duke",
        "sid",
        "unstable",
        "testing",
        "stable",
        "oldstable",
        "oldoldstable",
        "experimental",
    };

    public static bool IsSecurity(string suite) =>
        suite.EndsWith("-security", StringComparison.Ordinal) || suite.EndsWith("/updates", StringComparison.Ordinal);

    public static string[] ArchiveMirrors(IReadOnlyList<AptSource> sources) =>
        Best(
            sources,
            suite => Names.Contains(suite) || suite.EndsWith("-updates", StringComparison.Ordinal) && Names.Contains(suite[..^8])
        );

    public static string[] SecurityMirrors(IReadOnlyList<AptSource> sources) =>
        Best(sources, suite => IsSecurity(suite) && Names.Contains(suite.Split('-', '/')[0]));

    // Others serve a suite called bookworm with a component called main as well. The keyring or the usual folder tells Debian's; only the
    // likeliest kind is
    // taken, and its signature is checked with Debian's keys in any case.
    private static string[] Best(IReadOnlyList<AptSource> sources, Func<string, bool> serves)
    {
        var found = sources
            .Where(source => source.Components.Contains("main") && source.Suites.Any(serves))
            .SelectMany(source => source.Uris.Select(uri => (Uri: uri.TrimEnd('/'), Likely: Likelihood(source, uri))))
            .Where(mirror => Uri.TryCreate(mirror.Uri, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https")
            .ToArray();
        return [.. found.Where(mirror => mirror.Likely == found.Max(other => other.Likely)).Select(mirror => mirror.Uri).Distinct()];
    }

    private static int Likelihood(AptSource source, string uri)
    {
        bool keyring = source.SignedBy?.Contains("debian-archive-keyring", StringComparison.Ordinal) ?? false;
        bool folder = uri.TrimEnd('/').Split('/')[^1].StartsWith("debian", StringComparison.Ordinal);
        return (keyring ? 2 : 0) + (folder ? 1 : 0);
    }
}

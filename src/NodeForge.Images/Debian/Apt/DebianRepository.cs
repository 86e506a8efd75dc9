using NodeForge.Images.Debian.Mirrors;
using NodeForge.Recipes;

namespace NodeForge.Images.Debian.Apt;

/// <summary>The suites that apt is to see, for one architecture.</summary>
/// <remarks>The type is deb or deb-src; the suite itself comes before its -updates and -security; the keyring is absolute.</remarks>
internal sealed record DebianRepository(
    string Type,
    string Architecture,
    IReadOnlyList<string> Suites,
    IReadOnlyList<string> Components,
    string? Snapshot,
    string Keyring
)
{
    public string Suite => Suites[0];

    public static DebianRepository Of(DebianPackages packages, string architecture, string keyring) =>
        new(
            "deb",
            architecture,
            [packages.Suite, .. Further(packages.Suite, packages.Updates, packages.Security)],
            packages.Components,
            packages.Snapshot,
            packages.Keyring ?? keyring
        );

    public static DebianRepository Of(DebianSource source, string architecture, string keyring) =>
        new(
            "deb-src",
            architecture,
            [source.Suite, .. Further(source.Suite, updates: true, security: true)],
            ["main"],
            source.Snapshot,
            source.Keyring ?? keyring
        );

    /// <summary>sources.list(5), one line per suite and mirror. A snapshot's Valid-Until is over by nature.</summary>
    public IEnumerable<string> SourceLines(DebianMirrors mirrors) =>
        from suite in Suites
        from root in mirrors.RootsOf(suite, Snapshot)
        let until = Snapshot is null ? "" : " check-valid-until=no"
        select $"{Type} [arch={Architecture} signed-by={Keyring}{until}] {root} {suite} {string.Join(' ', Components)}";

    // Sid gets everything at once: it has neither.
    private static IEnumerable<string> Further(string suite, bool updates, bool security) =>
        suite is "sid" or "unstable" or "experimental"
            ? []
            : new[] { updates ? suite + "-updates" : null, security ? suite + "-security" : null }.OfType<string>();
}

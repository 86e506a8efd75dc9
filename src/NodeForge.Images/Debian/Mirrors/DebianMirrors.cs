using System.Globalization;

namespace NodeForge.Images.Debian.Mirrors;

/// <summary>Where Debian's archive is to be had from here. A lock names suite and path alone, so that every site builds from its own
/// mirror.</summary>
public sealed record DebianMirrors
{
    /// <summary>The archive mirror's address, the folder that has <c>dists</c> and <c>pool</c>.</summary>
    public const string ArchiveVariable = "NODEFORGE_DEBIAN_MIRROR";

    /// <summary>The address of the mirror of the security archive.</summary>
    public const string SecurityVariable = "NODEFORGE_DEBIAN_SECURITY_MIRROR";

    /// <summary>The snapshot mirror: an address with <c>{archive}</c> (debian, debian-security) and <c>{timestamp}</c>, or one that
    /// <c>/{archive}/{timestamp}</c> is appended to.</summary>
    public const string SnapshotVariable = "NODEFORGE_DEBIAN_SNAPSHOT_MIRROR";

    /// <summary>In order of preference, without a slash at the end; empty when none is known.</summary>
    public IReadOnlyList<string> Archive { get; init; } = [];

    public IReadOnlyList<string> Security { get; init; } = [];

    public string? Snapshot { get; init; }

    /// <summary>The mirrors of this machine: those that the environment names, else those that apt uses.</summary>
    /// <param name="environment">Gives a variable's value.</param>
    /// <param name="etcApt">apt's configuration.</param>
    public static DebianMirrors OfThisMachine(Func<string, string?> environment, string etcApt = "/etc/apt")
    {
        IReadOnlyList<AptSource> sources = AptSourceFiles.Read(etcApt);
        string[] archive = Named(environment(ArchiveVariable)) ?? DebianSuites.ArchiveMirrors(sources);
        string[] security = Named(environment(SecurityVariable)) ?? DebianSuites.SecurityMirrors(sources);
        return new()
        {
            Archive = archive,
            // Most mirrors that carry the one carry the other beside it; where not, the suite's error says what to set.
            Security =
                security.Length > 0
                    ? security
                    : [.. archive.Where(uri => uri.EndsWith("/debian", StringComparison.Ordinal)).Select(uri => uri + "-security")],
            Snapshot = Named(environment(SnapshotVariable)) is [var snapshot] ? snapshot : null,
        };
    }

    /// <summary>The roots that serve a suite, in order.</summary>
    /// <param name="suite">bookworm, bookworm-updates, bookworm-security.</param>
    /// <param name="snapshot">A time as <c>20261101T000000Z</c>; null: today's archive.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DebianMirrorUnknown"/>,
    /// <see cref="ErrorCodes.SnapshotMirrorUnknown"/>.</exception>
    public IReadOnlyList<string> RootsOf(string suite, string? snapshot)
    {
        if (snapshot is not null)
            return [SnapshotRoot(suite, snapshot) ?? throw NoSnapshot(suite, snapshot)];
        IReadOnlyList<string> roots = DebianSuites.IsSecurity(suite) ? Security : Archive;
        return roots.Count > 0 ? roots : throw NoMirror(suite);
    }

    /// <summary>Where a locked file of the archive may be had; asked for a mirror once it is gone through.</summary>
    /// <param name="suite">As in the lock.</param>
    /// <param name="path">As in the lock.</param>
    /// <param name="snapshot">As in the lock.</param>
    /// <param name="epoch">The lock's time: a snapshot mirror that is known has what the others dropped since.</param>
    public IEnumerable<string> UrlsOf(string suite, string path, string? snapshot, long epoch)
    {
        string escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        foreach (string root in RootsOf(suite, snapshot))
            yield return root + "/" + escaped;
        if (snapshot is null && SnapshotRoot(suite, Timestamp(epoch)) is { } then)
            yield return then + "/" + escaped;
    }

    private static string Timestamp(long epoch) =>
        DateTimeOffset.FromUnixTimeSeconds(epoch).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private string? SnapshotRoot(string suite, string timestamp)
    {
        if (Snapshot is null)
            return null;
        string template = Snapshot.Contains("{timestamp}", StringComparison.Ordinal) ? Snapshot : Snapshot + "/{archive}/{timestamp}";
        return template
            .Replace("{archive}", DebianSuites.IsSecurity(suite) ? "debian-security" : "debian", StringComparison.Ordinal)
            .Replace("{timestamp}", timestamp, StringComparison.Ordinal);
    }

    private static string[]? Named(string? value) => string.IsNullOrWhiteSpace(value) ? null : [value.Trim().TrimEnd('/')];

    private static NodeForgeException NoMirror(string suite) =>
        new(
            new Diagnostic(ErrorCodes.DebianMirrorUnknown, $"no mirror of Debian's archive is known that could serve {suite}")
            {
                Where = new("/etc/apt/sources.list.d"),
                Want = "an http or https source of one of Debian's suites",
                Hint = $"set {(DebianSuites.IsSecurity(suite) ? SecurityVariable : ArchiveVariable)} to the address of a mirror",
            }
        );

    private static NodeForgeException NoSnapshot(string suite, string snapshot) =>
        new(
            new Diagnostic(ErrorCodes.SnapshotMirrorUnknown, $"{suite} of {snapshot} is asked for, and no snapshot mirror is known")
            {
                Hint = $"set {SnapshotVariable} to the address of a snapshot mirror",
            }
        );
}

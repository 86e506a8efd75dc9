using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;

namespace NodeForge;

/// <summary>Where the house keeps things, and what it was told from outside.</summary>
public sealed record ForgeOptions
{
    /// <summary>The machine and the user; nobody asks the process.</summary>
    public required HostEnvironment Host { get; init; }

    /// <summary>Content, finished work and scratch; one file system, so that files move by rename.</summary>
    public required string Cache { get; init; }

    /// <summary>SOURCE_DATE_EPOCH, seconds since 1970; null takes the lock's.</summary>
    public long? SourceDateEpoch { get; init; }

    internal string? SourceDateEpochText => SourceDateEpoch?.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Where packages, files and images come from instead of the places that recipes name.</summary>
    public SourceMirrors Mirrors { get; init; } = new(new DebianMirrors());

    /// <summary>Makes what takes the requests of locking, fetching and pushing instead of the network; null lets them out.</summary>
    internal Func<HttpMessageHandler>? Handlers { get; init; }

    /// <summary>Reads NODEFORGE_CACHE, XDG_CACHE_HOME, HOME, SOURCE_DATE_EPOCH and the settings of mirrors.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidEnvironment"/>: SOURCE_DATE_EPOCH is no number; no folder for the
    /// cache can be told; a mirror is none.</exception>
    public static ForgeOptions From(HostEnvironment host) =>
        new()
        {
            Host = host,
            Cache = CacheFolder(host),
            SourceDateEpoch = Epoch(host.Variable("SOURCE_DATE_EPOCH")),
            Mirrors = SourceMirrors.OfThisMachine(host.Variable),
        };

    private static string CacheFolder(HostEnvironment host)
    {
        if (host.Variable("NODEFORGE_CACHE") is { } own)
            return host.Resolve(own);
        if (host.Variable("XDG_CACHE_HOME") is { } xdg && Path.IsPathRooted(xdg))
            return Path.Combine(xdg, "nodeforge");
        if ((host.Variable("HOME") ?? host.Home) is { Length: > 0 } home)
            return Path.Combine(home, ".cache", "nodeforge");
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.InvalidEnvironment, "no folder for the cache is known: there is neither HOME nor a home folder")
            {
                Hint = "set NODEFORGE_CACHE, or give --cache DIR",
            }
        );
    }

    private static long? Epoch(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long epoch))
            return epoch;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.InvalidEnvironment, "SOURCE_DATE_EPOCH is no number of seconds since 1970")
            {
                Got = text,
                Hint = "unset it, or give whole seconds",
            }
        );
    }
}

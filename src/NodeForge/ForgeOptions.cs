using NodeForge.Images.Fetching;

namespace NodeForge;

/// <summary>Where the house keeps things, and what it was told from outside.</summary>
public sealed record ForgeOptions
{
    /// <summary>Content, finished work and scratch; one file system, so that files move by rename.</summary>
    public required string Cache { get; init; }

    /// <summary>SOURCE_DATE_EPOCH, seconds since 1970; null takes the lock's.</summary>
    public long? SourceDateEpoch { get; init; }

    internal string? SourceDateEpochText => SourceDateEpoch?.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Where packages, files and images come from instead of the places that recipes name.</summary>
    public SourceMirrors Mirrors { get; init; } = new(new DebianMirrors());

    /// <summary>Gives a variable of the environment; no_proxy is asked of it beside apt's own proxies.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>Reads NODEFORGE_CACHE, XDG_CACHE_HOME, HOME, SOURCE_DATE_EPOCH and the settings of mirrors.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidEnvironment"/>: SOURCE_DATE_EPOCH is no number; no folder for the cache can be told; a mirror is none.</exception>
    public static ForgeOptions FromEnvironment(Func<string, string?> variable) => new()
    {
        Cache = CacheFolder(variable),
        Variable = variable,
        SourceDateEpoch = Epoch(variable("SOURCE_DATE_EPOCH")),
        Mirrors = SourceMirrors.OfThisMachine(variable),
    };

    private static string CacheFolder(Func<string, string?> variable)
    {
        if (variable("NODEFORGE_CACHE") is { Length: > 0 } own)
            return Path.GetFullPath(own);
        if (variable("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg))
            return Path.Combine(xdg, "nodeforge");
        if (variable("HOME") is { Length: > 0 } home)
            return Path.Combine(home, ".cache", "nodeforge");
        throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidEnvironment, "no folder for the cache can be told: HOME is not set")
        {
            Mend = "set NODEFORGE_CACHE, or give --cache DIR",
        });
    }

    private static long? Epoch(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long epoch))
            return epoch;
        throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidEnvironment, "SOURCE_DATE_EPOCH is no number of seconds since 1970")
        {
            Got = text,
            Mend = "unset it, or give whole seconds",
        });
    }
}

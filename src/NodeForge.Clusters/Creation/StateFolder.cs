namespace NodeForge.Clusters.Creation;

/// <summary>Where what outlives a run is kept: NODEFORGE_STATE, else the place of the XDG base directory specification.</summary>
internal static class StateFolder
{
    /// <summary>Of unfinished creations, a file each.</summary>
    public static string OfCreations => Path.Combine(OfThisProcess, "creations");

    private static string OfThisProcess =>
        Set("NODEFORGE_STATE") ?? (Set("XDG_STATE_HOME") is { } xdg ? Path.Combine(xdg, "nodeforge") : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "nodeforge"));

    private static string? Set(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

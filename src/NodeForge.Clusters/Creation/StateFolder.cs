namespace NodeForge.Clusters.Creation;

/// <summary>Where what outlives a run is kept: NODEFORGE_STATE, else the place of the XDG base directory specification.</summary>
public static class StateFolder
{
    /// <summary>Of unfinished creations, a file each.</summary>
    internal static string OfCreations(HostEnvironment host) => Path.Combine(Of(host), "creations");

    /// <returns>Absolute.</returns>
    public static string Of(HostEnvironment host)
    {
        if (host.Variable("NODEFORGE_STATE") is { } own)
            return host.Resolve(own);
        return host.Resolve(Path.Combine(host.Variable("XDG_STATE_HOME") ?? Path.Combine(host.Home, ".local", "state"), "nodeforge"));
    }
}

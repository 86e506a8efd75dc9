namespace NodeForge.Clusters.Preflight.Host;

/// <summary>The processes that hold sockets: /proc/PID/fd has a link to each.</summary>
internal static class SocketOwners
{
    // Of another user: only root sees everybody's.
    private const string Unknown = "a process of another user";

    public static IReadOnlyList<PortListener> Name(string root, IReadOnlyList<PortListener> listeners)
    {
        Dictionary<string, string> owners = [];
        HashSet<string> sought = [.. listeners.Select(listener => $"socket:[{listener.Inode}]")];
        foreach (
            string folder in Directory
                .EnumerateDirectories(Path.Combine(root, "proc"))
                .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
        )
        {
            foreach (string socket in Sockets(folder).Where(sought.Contains).ToArray())
                owners.TryAdd(socket, $"process {Path.GetFileName(folder)} ({Program(folder)})");
            if (owners.Count == sought.Count)
                break;
        }

        return
        [
            .. listeners.Select(listener => listener with { Holder = owners.GetValueOrDefault($"socket:[{listener.Inode}]", Unknown) }),
        ];
    }

    private static string[] Sockets(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Path.Combine(folder, "fd")).Select(Target).OfType<string>()];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // A file that is closed meanwhile says nothing of the others.
    private static string? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.Name;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Program(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "comm")).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "gone by now";
        }
    }
}

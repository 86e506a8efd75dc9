using System.Text.RegularExpressions;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>Finds in a node's saved logs that it had no space left: whatever else failed, failed for that.</summary>
internal static partial class FullDisk
{
    // What could not be written stands just before the kernel's words; the kubelet's lines go on for pages before that.
    private const int Before = 200;

    // What tells most comes first: a program's own last words, then the journals.
    private static readonly string[] Logs = ["pods.log", "kubelet.log", "containerd.log", "journal.log", "console.log"];

    /// <param name="folder">What <see cref="NodeDiagnostics"/> saved of the node.</param>
    /// <param name="node">Its name.</param>
    /// <returns>Null where nothing says so.</returns>
    public static Diagnostic? Find(string folder, string node)
    {
        string? told = Logs.Select(name => Path.Combine(folder, name))
            .Where(File.Exists)
            .Select(file => Last(LogLines.Of(file)))
            .FirstOrDefault(found => found is not null);
        return told is null ? null : Problem(told, node);
    }

    /// <summary>The same for lines that the node has just said.</summary>
    public static Diagnostic? Find(IEnumerable<string> lines, string node) => Last(lines) is { } told ? Problem(told, node) : null;

    private static Diagnostic Problem(string told, string node) =>
        new(ErrorCodes.DiskFull, "the node had no space left")
        {
            Where = new(node),
            Got = told,
            Hint =
                "free space where the engine keeps its data (docker system df, docker system prune), or behind the mount that the message names",
        };

    private static string? Last(IEnumerable<string> lines) =>
        lines.Select(Told).LastOrDefault(told => told is not null && !Other().IsMatch(told));

    private static string? Told(string line)
    {
        if (Full().Match(line) is not { Success: true } match)
            return null;
        int begin = Math.Max(0, match.Index - Before);
        return (begin > 0 ? "…" : string.Empty) + line[begin..(match.Index + match.Length)].TrimStart();
    }

    [GeneratedRegex("no space left on device|disk quota exceeded", RegexOptions.IgnoreCase)]
    private static partial Regex Full();

    // The kernel says ENOSPC for used-up inotify watches (inotify_add_watch(2)) and for cgroups without processors or at their limit, too.
    [GeneratedRegex("inotify|watch|cgroup|control group|cpuset", RegexOptions.IgnoreCase)]
    private static partial Regex Other();
}

using System.Text.RegularExpressions;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>The few lines of saved logs that say why a node's Kubernetes does not run.</summary>
internal static partial class TellingLines
{
    private const int AtMost = 3;
    private const int Longest = 240;

    /// <summary>Of the nodes' folders, each with what <see cref="NodeDiagnostics"/> saved; empty when nothing stands out.</summary>
    public static IReadOnlyList<string> Of(string folder) =>
        [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).SelectMany(OfNode).Distinct().Take(AtMost)];

    private static IEnumerable<string> OfNode(string folder)
    {
        foreach (string line in OfPods(Lines(folder, "pods.log")))
            yield return line;
        if (OfKubelet(Lines(folder, "kubelet.log")) is { } kubelet)
            yield return "kubelet: " + kubelet;
        if (
            Lines(folder, "containerd.log")
                .LastOrDefault(line =>
                    line.Contains("level=fatal", StringComparison.Ordinal) || line.Contains("containerd: ", StringComparison.Ordinal)
                ) is
            { } runtime
        )
            yield return "containerd: " + Short(runtime);
    }

    /// <summary>What a kubelet said last of why it ends, out of its journal; null where nothing stands out.</summary>
    public static string? OfKubelet(IEnumerable<string> journal) =>
        journal.LastOrDefault(line => Fatal().IsMatch(line)) is { } fatal ? Short(Fatal().Match(fatal).Groups[1].Value.Trim()) : null;

    // What `tail` puts before each file: ==> /var/log/pods/NAMESPACE_POD_UID/CONTAINER/RESTARTS.log <==
    private static IEnumerable<string> OfPods(IEnumerable<string> lines)
    {
        Dictionary<string, string> last = [];
        string container = string.Empty;
        foreach (string line in lines)
        {
            if (Header().Match(line) is { Success: true } header)
                container = header.Groups[1].Value;
            else if (Dying().Match(line) is { Success: true } dying)
                last[container] = Short(dying.Groups[1].Value);
        }

        return last.Select(pair => $"{pair.Key}: {pair.Value}");
    }

    private static IEnumerable<string> Lines(string folder, string name) =>
        File.Exists(Path.Combine(folder, name)) ? LogLines.Of(Path.Combine(folder, name)) : [];

    private static string Short(string line) => line.Length <= Longest ? line : line[..Longest] + "…";

    [GeneratedRegex(@"^==> /var/log/pods/[^/]+/([^/]+)/[0-9]+\.log <==")]
    private static partial Regex Header();

    // The container runtime's log format, then what programs say when they end: cobra's "Error:", Go's panic, klog's fatal, etcd's C and
    // "fatal".
    [GeneratedRegex(
        @"^\S+ (?:stdout|stderr) [FP] ((?:Error: |panic: |F[0-9]{4} |.* C \| |.*""level"":""fatal"").*)$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Dying();

    [GeneratedRegex(
        @"kubelet\[[0-9]+\]: (F[0-9]{4} .*|.*(?:""command failed"" err=|failed to run Kubelet|ErrImageNeverPull|ImagePullBackOff|CrashLoopBackOff).*)$"
    )]
    private static partial Regex Fatal();
}

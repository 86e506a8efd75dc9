using System.Globalization;

namespace NodeForge.Clusters.Preflight;

/// <summary>Whether the nodes can watch their files: where not, systemd, the kubelet or containerd say "too many open files".</summary>
internal sealed class InotifyCheck : IMachineCheck
{
    // Least is what nodes of Kubernetes v1.20.2 held once they were Ready: 11 to 13 instances, 108 to 220 watches. Ample leaves room for
    // pods and for the machine's
    // other programs: Linux' old defaults, 128 and 8192, are what reports of clusters of three nodes and more begin with. Advised is what
    // kind advises.
    private static readonly Limit Instances = new("max_user_instances", Least: 11, Ample: 43, Advised: 512);
    private static readonly Limit Watches = new("max_user_watches", Least: 108, Ample: 3_000, Advised: 524_288);

    public string Name => "inotify";

    public CheckResult Judge(MachineFacts facts)
    {
        if (facts.Host is not { } host)
            return CheckResult.NotLookedAt(facts.Elsewhere);
        if (host is not { InotifyInstances: { } instances, InotifyWatches: { } watches })
            return CheckResult.NotLookedAt("/proc/sys/fs/inotify cannot be read");
        int nodes = facts.Config.Nodes.Count;
        string finding = string.Create(
            CultureInfo.InvariantCulture,
            $"{instances} instances and {watches} watches for {nodes} {(nodes == 1 ? "node" : "nodes")}"
        );
        return new(finding, [.. new[] { Judge(Instances, instances, nodes), Judge(Watches, watches, nodes) }.OfType<Diagnostic>()]);
    }

    private static Diagnostic? Judge(Limit limit, long got, int nodes)
    {
        if (got >= limit.Ample * nodes)
            return null;
        bool isError = got < limit.Least * nodes;
        long advised = Math.Max(limit.Advised, 2 * limit.Ample * nodes);
        return new(
            ErrorCodes.InotifyLimits,
            isError
                ? "the nodes cannot watch their files: programs in them will say \"too many open files\""
                : "pods and other programs may find that too many files are watched already"
        )
        {
            Severity = isError ? Severity.Error : Severity.Warning,
            Where = new("/proc/sys/fs/inotify/" + limit.Name),
            Got = got.ToString(CultureInfo.InvariantCulture),
            Want = string.Create(CultureInfo.InvariantCulture, $"{limit.Ample * nodes}, and {limit.Least * nodes} at least"),
            Hint = string.Create(
                CultureInfo.InvariantCulture,
                $"sysctl -w fs.inotify.{limit.Name}={advised}; to keep it, write fs.inotify.{limit.Name} = {advised} into /etc/sysctl.d/99-nodeforge.conf"
            ),
        };
    }

    /// <summary>A setting of the kernel's; least and ample are for each node.</summary>
    private sealed record Limit(string Name, long Least, long Ample, long Advised);
}

using NodeForge.Clusters.Preflight.Host;

namespace NodeForge.Clusters.Preflight;

/// <summary>Whether the kubelet finds the control groups that it needs.</summary>
internal sealed class CgroupCheck : IMachineCheck
{
    // Without one of these the kubelet ends ("failed to find subsystem mount for required subsystem", "system validation failed").
    private static readonly string[] NeededInVersion1 = ["cpu", "cpuacct", "cpuset", "memory", "pids"];

    // Once one of these is mounted anywhere, a node's own systemd included, the kubelet wants its group in it.
    private static readonly string[] SearchedInVersion1 = [.. NeededInVersion1, "hugetlb"];

    // Of version 2 the kubelet takes what there is; without these containerd starts no pod that has limits.
    private static readonly string[] NeededInVersion2 = ["cpu", "memory", "pids"];

    public string Name => "cgroups";

    public CheckResult Judge(MachineFacts facts)
    {
        if (facts.Host is not { } host)
        {
            return CheckResult.NotLookedAt(
                facts.Engine is { Information.CgroupVersion: { Length: > 0 } version }
                    ? $"v{version}, says the engine; its controllers are not seen: {facts.Elsewhere}"
                    : facts.Elsewhere
            );
        }

        return host.Cgroups switch
        {
            null => CheckResult.NotLookedAt("/proc/self/mounts cannot be read"),
            { Version: 2 } layout => Version2(layout),
            { Version: 1 } layout => Version1(layout),
            _ => new(
                "no hierarchy is mounted",
                new Diagnostic(ErrorCodes.CgroupsUnusable, "no cgroup hierarchy is mounted")
                {
                    Where = new("/sys/fs/cgroup"),
                    Hint = "mount -t cgroup2 none /sys/fs/cgroup, and start the engine again",
                }
            ),
        };
    }

    private static CheckResult Version2(CgroupLayout layout)
    {
        string finding = $"v2 with {string.Join(' ', layout.Controllers)}";
        if (Lacking(NeededInVersion2, layout.Controllers) is { Length: > 0 } missing)
            return new(finding, Disabled(missing, "/sys/fs/cgroup/cgroup.controllers"));
        return layout.Controllers.Contains("cpuset")
            ? new(finding)
            : new(
                finding,
                new Diagnostic(ErrorCodes.CgroupsUnusable, "the controller cpuset is missing: pods cannot be bound to processors")
                {
                    Severity = Severity.Warning,
                    Where = new("/sys/fs/cgroup/cgroup.controllers"),
                    Got = string.Join(' ', layout.Controllers),
                    Hint = "switch it on: the kernel's command line may have cgroup_disable=cpuset",
                }
            );
    }

    private static CheckResult Version1(CgroupLayout layout)
    {
        // What an image can do with it is KubernetesCheck's to say.
        string finding = $"v1{(layout.IsHybrid ? " with v2 beside it" : string.Empty)}, for images with systemd before 256";
        if (Lacking(NeededInVersion1, layout.Controllers) is { Length: > 0 } missing)
            return new(finding, Disabled(missing, "/proc/cgroups"));
        string[] unmounted = Lacking([.. SearchedInVersion1.Where(layout.Controllers.Contains)], layout.Mounted);
        return unmounted.Length == 0
            ? new(finding)
            : new(
                finding,
                new Diagnostic(
                    ErrorCodes.CgroupsUnusable,
                    "controllers are switched on and mounted nowhere: some kubelets do not find their group in them"
                )
                {
                    Severity = Severity.Warning,
                    Where = new("/sys/fs/cgroup"),
                    Got = $"not mounted: {string.Join(' ', unmounted)}",
                    Hint =
                        $"before the engine starts: for c in {string.Join(' ', unmounted)}; do mkdir -p /sys/fs/cgroup/$c && mount -t cgroup -o $c cgroup /sys/fs/cgroup/$c; done",
                }
            );
    }

    private static Diagnostic Disabled(string[] missing, string where) =>
        new(ErrorCodes.CgroupsUnusable, "the kubelet needs control groups that this kernel does not give")
        {
            Where = new(where),
            Got = $"without {string.Join(' ', missing)}",
            Hint =
                $"take cgroup_disable= off the kernel's command line, or add {string.Join(' ', missing.Select(name => "cgroup_enable=" + name))}, and boot again",
        };

    private static string[] Lacking(IReadOnlyList<string> wanted, IReadOnlyList<string> had) =>
        [.. wanted.Where(name => !had.Contains(name))];
}

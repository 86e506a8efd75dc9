using System.Globalization;

namespace NodeForge.Clusters.Preflight.Host;

/// <summary>How this machine's control groups are laid out (cgroups(7)).</summary>
internal sealed record CgroupLayout
{
    private const string Folder = "/sys/fs/cgroup";

    /// <summary>1 or 2; 0 where no hierarchy is mounted.</summary>
    public required int Version { get; init; }

    /// <summary>Version 1 with version 2 beside it, without controllers.</summary>
    public bool IsHybrid { get; init; }

    /// <summary>Controllers that nodes can have: of version 1 those that the kernel has switched on, of version 2 those at the
    /// root.</summary>
    public required IReadOnlyList<string> Controllers { get; init; }

    /// <summary>Of version 1: controllers whose hierarchy is mounted.</summary>
    public IReadOnlyList<string> Mounted { get; init; } = [];

    /// <summary>Of version 2: controllers that systemd lets this user hand on; null where there is no such user's service.</summary>
    public IReadOnlyList<string>? Delegated { get; init; }

    public static CgroupLayout? Read(string root)
    {
        if (HostFile.Lines(root, "proc/self/mounts") is not { } lines)
            return null;
        // Device, folder, type, options (fstab(5)).
        string[][] mounts = [.. lines.Select(line => line.Split(' ')).Where(fields => fields.Length > 3)];
        if (mounts.Any(mount => mount is [_, Folder, "cgroup2", ..]))
            return new()
            {
                Version = 2,
                Controllers = HostFile.Words(root, "sys/fs/cgroup/cgroup.controllers") ?? [],
                Delegated = DelegatedTo(root),
            };
        string[] mounted = [.. mounts.Where(mount => mount[2] == "cgroup").SelectMany(mount => mount[3].Split(','))];
        return new()
        {
            Version = mounted.Length > 0 ? 1 : 0,
            IsHybrid = mounts.Any(mount => mount[2] == "cgroup2"),
            Controllers = Enabled(root),
            Mounted = mounted,
        };
    }

    // Name, hierarchy, number of groups, whether it is enabled: cgroup_disable= on the kernel's command line makes that 0.
    private static string[] Enabled(string root) =>
        [
            .. (HostFile.Lines(root, "proc/cgroups") ?? [])
                .Where(line => !line.StartsWith('#'))
                .Select(line => line.Split('\t'))
                .Where(fields => fields is [_, _, _, "1"])
                .Select(fields => fields[0]),
        ];

    private static IReadOnlyList<string>? DelegatedTo(string root)
    {
        string? user = HostFile
            .Lines(root, "proc/self/status")
            ?.FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal))
            ?.Split('\t')[1];
        return user is null
            ? null
            : HostFile.Words(
                root,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"sys/fs/cgroup/user.slice/user-{user}.slice/user@{user}.service/cgroup.controllers"
                )
            );
    }
}

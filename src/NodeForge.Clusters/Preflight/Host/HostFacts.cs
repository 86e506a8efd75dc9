using NodeForge.Clusters.Planning;

namespace NodeForge.Clusters.Preflight.Host;

/// <summary>What the kernel of this machine tells in files. Whatever cannot be read is null.</summary>
internal sealed record HostFacts
{
    public string? Name { get; init; }

    /// <summary>The kernel's release.</summary>
    public string? Kernel { get; init; }

    public CgroupLayout? Cgroups { get; init; }

    public BoundingSet? Capabilities { get; init; }

    /// <summary>How many inotify instances a user may have.</summary>
    public long? InotifyInstances { get; init; }

    /// <summary>How many files a user may watch.</summary>
    public long? InotifyWatches { get; init; }

    /// <summary>What can be mounted at this moment; a module may add to it.</summary>
    public IReadOnlyList<string>? FileSystems { get; init; }

    /// <summary>Whether its kernel's modules lie where nodes look for them.</summary>
    public bool HasModules { get; init; }

    /// <summary>Whether its kernel's configuration lies beside the kernel, and nowhere else.</summary>
    public bool HasKernels { get; init; }

    public IReadOnlyList<HostRoute> Routes { get; init; } = [];

    /// <summary>Whether the kernel speaks it at all.</summary>
    public bool? HasIPv6 { get; init; }

    /// <summary>Who listens on the ports that were asked for.</summary>
    public IReadOnlyList<PortListener> Listeners { get; init; } = [];

    /// <summary>Of the engine's data root; null where it cannot be seen.</summary>
    public DiskSpace? Disk { get; init; }

    /// <param name="root">The root folder.</param>
    /// <param name="ports">The ports whose listeners are looked for.</param>
    public static HostFacts Read(string root, IReadOnlyCollection<int> ports) =>
        new()
        {
            Name = HostFile.Word(root, "proc/sys/kernel/hostname"),
            HasIPv6 = HostFile.Lines(root, "proc/net/route") is null ? null : HostFile.Lines(root, "proc/net/ipv6_route") is not null,
            Kernel = HostFile.Word(root, "proc/sys/kernel/osrelease"),
            Cgroups = CgroupLayout.Read(root),
            Capabilities = BoundingSet.Read(root),
            InotifyInstances = HostFile.Number(root, "proc/sys/fs/inotify/max_user_instances"),
            InotifyWatches = HostFile.Number(root, "proc/sys/fs/inotify/max_user_watches"),
            FileSystems = HostFile.Words(root, "proc/filesystems"),
            HasModules = Directory.Exists(Path.Join(root, NodeHost.Modules)),
            HasKernels = !File.Exists(Path.Join(root, "proc/config.gz")) && Directory.Exists(Path.Join(root, NodeHost.Kernels)),
            Routes = HostRoute.Read(root),
            // The tables of sockets are long on some machines.
            Listeners = ports.Count == 0 ? [] : PortListener.Read(root, ports),
        };
}

/// <summary>A disk.</summary>
/// <param name="Path">A folder on it.</param>
/// <param name="Free">Bytes that a user may still write.</param>
internal sealed record DiskSpace(string Path, long Free)
{
    public static DiskSpace? Of(string path)
    {
        try
        {
            return path.Length == 0 ? null : new(path, new DriveInfo(path).AvailableFreeSpace);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}

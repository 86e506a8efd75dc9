namespace NodeForge.Engines.Containers;

/// <summary>A container to create.</summary>
/// <param name="Name">Unique on the engine.</param>
/// <param name="Image">A reference or an image ID that the engine has; nothing is pulled.</param>
public sealed record ContainerSpec(string Name, string Image)
{
    public string? Hostname { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary><c>NAME=value</c> each.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Replaces the image's entrypoint; null keeps it.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>Replaces the image's command; null keeps it.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>What asks the container's first process to end; null keeps the image's.</summary>
    public string? StopSignal { get; init; }

    public bool Tty { get; init; }

    public bool Privileged { get; init; }

    /// <summary>"private" or "host"; null is the engine's default.</summary>
    public string? CgroupNamespace { get; init; }

    public IReadOnlyList<string> SecurityOptions { get; init; } = [];

    /// <summary>Folder to mount options; empty options are the engine's defaults.</summary>
    public IReadOnlyDictionary<string, string> Tmpfs { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<MountSpec> Mounts { get; init; } = [];

    public IReadOnlyList<PortSpec> Ports { get; init; } = [];

    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();

    /// <summary>A network's name, or <c>container:ID</c> for another container's; null is the engine's default network.</summary>
    public string? Network { get; init; }

    /// <summary>A fixed address on <see cref="Network"/>, kept over restarts; needs a network with a range of its own.</summary>
    public string? IPv4Address { get; init; }

    public string? IPv6Address { get; init; }

    /// <summary>Other names on <see cref="Network"/>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Servers that are asked for names which the engine does not know itself; empty for its machine's. 127.0.0.1 is the
    /// container.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>Search domains; empty for the engine's own, a lone "." for none.</summary>
    public IReadOnlyList<string> DnsSearch { get; init; } = [];

    /// <summary>"no", "always", "unless-stopped" or "on-failure".</summary>
    public string RestartPolicy { get; init; } = "no";

    /// <summary>How often "on-failure" tries; 0 is without end.</summary>
    public int RestartRetries { get; init; }
}

/// <summary>A folder or volume in a container.</summary>
/// <param name="Kind">Where it comes from.</param>
/// <param name="Source">A host path or a volume's name; empty for an anonymous volume.</param>
/// <param name="Target">The path in the container.</param>
public sealed record MountSpec(MountKind Kind, string Source, string Target)
{
    public bool ReadOnly { get; init; }

    /// <summary>"rprivate", "rslave" or "rshared"; binds only.</summary>
    public string? Propagation { get; init; }

    /// <summary>Whether the host's folder gets the SELinux label of this container alone; binds only, and neither path may hold a
    /// colon.</summary>
    public bool Relabel { get; init; }

    /// <summary>Whether a new volume starts empty rather than with a copy of what the image has there.</summary>
    public bool NoCopy { get; init; }

    /// <summary>Labels of a volume that the mount makes.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

public enum MountKind
{
    Bind,
    Volume,
}

/// <summary>A port of a container, published on the host.</summary>
/// <param name="ContainerPort">1 to 65535.</param>
/// <param name="HostPort">1 to 65535, or 0: the engine chooses, anew at each start.</param>
/// <param name="HostAddress">"127.0.0.1", "0.0.0.0", "::".</param>
/// <param name="Protocol">"tcp", "udp" or "sctp".</param>
public sealed record PortSpec(int ContainerPort, int HostPort, string HostAddress, string Protocol = "tcp");

namespace NodeForge.Engines.Containers;

/// <summary>A container as the engine has it (GET /containers/{id}/json).</summary>
public sealed record ContainerDetails
{
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>With the engine's leading slash.</summary>
    public string Name
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The image's ID.</summary>
    public string Image
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public ContainerState State
    {
        get;
        init => field = value ?? new();
    } = new();

    public ContainerRunConfig Config
    {
        get;
        init => field = value ?? new();
    } = new();

    public ContainerNetworking NetworkSettings
    {
        get;
        init => field = value ?? new();
    } = new();

    public IReadOnlyList<ContainerMount>? Mounts { get; init; }

    public ContainerHostConfig HostConfig
    {
        get;
        init => field = value ?? new();
    } = new();
}

/// <summary>What a container asked of its host.</summary>
public sealed record ContainerHostConfig
{
    public IReadOnlyList<string>? DnsSearch { get; init; }

    public Dictionary<string, string>? Sysctls { get; init; }
}

public sealed record ContainerState
{
    /// <summary>created, running, paused, restarting, removing, exited or dead.</summary>
    public string Status
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public bool Running { get; init; }

    public bool OOMKilled { get; init; }

    public int ExitCode { get; init; }

    public string Error
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public int Pid { get; init; }

    /// <summary>RFC 3339.</summary>
    public string StartedAt
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;
}

public sealed record ContainerRunConfig
{
    public string Hostname
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string Image
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public bool Tty { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public IReadOnlyList<string>? Env { get; init; }
}

public sealed record ContainerNetworking
{
    /// <summary>"6443/tcp" to where it is published; empty while the container is stopped.</summary>
    public Dictionary<string, IReadOnlyList<PortBinding>?>? Ports { get; init; }

    public Dictionary<string, ContainerEndpoint>? Networks { get; init; }
}

public sealed record ContainerEndpoint
{
    public string IPAddress
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string GlobalIPv6Address
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The addresses that the container asked for, whether it runs or not.</summary>
    public FixedAddresses? IPAMConfig { get; init; }
}

public sealed record FixedAddresses
{
    public string? IPv4Address { get; init; }

    public string? IPv6Address { get; init; }
}

public sealed record PortBinding
{
    public string HostIp
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string HostPort
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;
}

public sealed record ContainerMount
{
    public string Type
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The volume's name; empty for a bind.</summary>
    public string Name
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string Source
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string Destination
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The options of a bind that was asked for in the form of a command line: "ro,Z".</summary>
    public string? Mode { get; init; }

    /// <summary>Whether the container may write there.</summary>
    public bool RW { get; init; }

    /// <summary>"rprivate", "rslave", "rshared"; of binds.</summary>
    public string Propagation
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;
}

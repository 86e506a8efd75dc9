using System.Globalization;

namespace NodeForge.Engines.Containers;

/// <summary>The body of POST /containers/create.</summary>
internal sealed record CreateContainerBody
{
    public required string Image { get; init; }

    public string? Hostname { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyList<string>? Env { get; init; }

    public IReadOnlyList<string>? Entrypoint { get; init; }

    public IReadOnlyList<string>? Cmd { get; init; }

    public string? StopSignal { get; init; }

    public bool Tty { get; init; }

    public Dictionary<string, Empty>? ExposedPorts { get; init; }

    public required HostConfigBody HostConfig { get; init; }

    public NetworkingConfigBody? NetworkingConfig { get; init; }

    public static CreateContainerBody Of(ContainerSpec spec, EngineDifferences differences) => new()
    {
        Image = spec.Image,
        Hostname = spec.Hostname,
        Labels = spec.Labels,
        Env = spec.Environment,
        Entrypoint = spec.Entrypoint,
        Cmd = spec.Command,
        StopSignal = spec.StopSignal,
        Tty = spec.Tty,
        ExposedPorts = spec.Ports.Select(Key).Distinct().ToDictionary(key => key, _ => new Empty()),
        HostConfig = new()
        {
            Privileged = spec.Privileged,
            CgroupnsMode = spec.CgroupNamespace,
            SecurityOpt = spec.SecurityOptions,
            Tmpfs = spec.Tmpfs,
            Sysctls = spec.Sysctls.Count == 0 ? null : spec.Sysctls,
            Mounts = [.. spec.Mounts.Where(mount => !mount.Relabel).Select(MountBody.Of)],
            Binds = [.. spec.Mounts.Where(mount => mount.Relabel).Select(BindText)],
            PidsLimit = differences.ProcessLimit,
            PortBindings = spec.Ports.GroupBy(Key).ToDictionary(group => group.Key, group => (IReadOnlyList<PortBinding>)[.. group.Select(Binding)]),
            NetworkMode = spec.Network,
            DnsSearch = spec.DnsSearch.Count == 0 ? null : spec.DnsSearch,
            RestartPolicy = new() { Name = spec.RestartPolicy, MaximumRetryCount = spec.RestartRetries },
        },
        NetworkingConfig = spec.Network is null ? null : new() { EndpointsConfig = new() { [spec.Network] = EndpointBody.Of(spec) } },
    };

    // Only this older form of a mount can ask for SELinux's label.
    private static string BindText(MountSpec mount) =>
        $"{mount.Source}:{mount.Target}:{string.Join(',', new[] { mount.ReadOnly ? "ro" : null, "Z", mount.Propagation }.Where(option => option is not null))}";

    private static string Key(PortSpec port) => string.Create(CultureInfo.InvariantCulture, $"{port.ContainerPort}/{port.Protocol}");

    private static PortBinding Binding(PortSpec port) => new()
    {
        HostIp = port.HostAddress,
        HostPort = port.HostPort == 0 ? string.Empty : port.HostPort.ToString(CultureInfo.InvariantCulture),
    };
}

internal sealed record Empty;

internal sealed record HostConfigBody
{
    public bool Privileged { get; init; }

    public string? CgroupnsMode { get; init; }

    public IReadOnlyList<string>? SecurityOpt { get; init; }

    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }

    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }

    public IReadOnlyList<MountBody>? Mounts { get; init; }

    public IReadOnlyList<string>? Binds { get; init; }

    public long? PidsLimit { get; init; }

    public Dictionary<string, IReadOnlyList<PortBinding>>? PortBindings { get; init; }

    public string? NetworkMode { get; init; }

    public IReadOnlyList<string>? DnsSearch { get; init; }

    public RestartPolicyBody? RestartPolicy { get; init; }
}

internal sealed record RestartPolicyBody
{
    public required string Name { get; init; }

    public int MaximumRetryCount { get; init; }
}

/// <summary>The body of POST /containers/{id}/update.</summary>
internal sealed record UpdateContainerBody
{
    public required RestartPolicyBody RestartPolicy { get; init; }
}

internal sealed record MountBody
{
    public required string Type { get; init; }

    public string? Source { get; init; }

    public required string Target { get; init; }

    public bool ReadOnly { get; init; }

    public BindOptionsBody? BindOptions { get; init; }

    public VolumeOptionsBody? VolumeOptions { get; init; }

    public static MountBody Of(MountSpec mount) => new()
    {
        Type = mount.Kind == MountKind.Bind ? "bind" : "volume",
        Source = mount.Source.Length == 0 ? null : mount.Source,
        Target = mount.Target,
        ReadOnly = mount.ReadOnly,
        BindOptions = mount is { Kind: MountKind.Bind, Propagation: not null } ? new() { Propagation = mount.Propagation } : null,
        VolumeOptions = mount.Kind == MountKind.Volume ? new() { NoCopy = mount.NoCopy, Labels = mount.Labels } : null,
    };
}

internal sealed record BindOptionsBody
{
    public required string Propagation { get; init; }
}

internal sealed record VolumeOptionsBody
{
    public bool NoCopy { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

internal sealed record NetworkingConfigBody
{
    public required Dictionary<string, EndpointBody> EndpointsConfig { get; init; }
}

internal sealed record EndpointBody
{
    public AddressesBody? IPAMConfig { get; init; }

    public IReadOnlyList<string>? Aliases { get; init; }

    public static EndpointBody Of(ContainerSpec spec) => new()
    {
        IPAMConfig = spec.IPv4Address is null && spec.IPv6Address is null ? null : new() { IPv4Address = spec.IPv4Address, IPv6Address = spec.IPv6Address },
        Aliases = spec.Aliases.Count == 0 ? null : spec.Aliases,
    };
}

internal sealed record AddressesBody
{
    public string? IPv4Address { get; init; }

    public string? IPv6Address { get; init; }
}

internal sealed record CreatedObject
{
    public string Id { get; init => field = value ?? string.Empty; } = string.Empty;
}

internal sealed record WaitAnswer
{
    public int StatusCode { get; init; }
}

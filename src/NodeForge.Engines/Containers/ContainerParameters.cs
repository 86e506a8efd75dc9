using System.Globalization;
using Docker.DotNet.Models;
using NodeForge.Engines.Calling;
using EnginePort = Docker.DotNet.Models.PortBinding;

namespace NodeForge.Engines.Containers;

/// <summary>A container to create, in Docker.DotNet's words.</summary>
internal static class ContainerParameters
{
    public static CreateContainerParameters Create(ContainerSpec spec, EngineDifferences differences) =>
        new()
        {
            Name = spec.Name,
            Image = spec.Image,
            Hostname = spec.Hostname ?? string.Empty,
            Labels = new Dictionary<string, string>(spec.Labels),
            Env = [.. spec.Environment],
            Entrypoint = spec.Entrypoint is null ? null! : [.. spec.Entrypoint],
            Cmd = spec.Command is null ? null! : [.. spec.Command],
            StopSignal = spec.StopSignal,
            Tty = spec.Tty,
            ExposedPorts = spec.Ports.Select(Key).Distinct().ToDictionary(key => key, _ => default(EmptyStruct)),
            HostConfig = Host(spec, differences),
            NetworkingConfig =
                spec.Network is null || spec.Network.StartsWith("container:", StringComparison.Ordinal)
                    ? null
                    : new() { EndpointsConfig = new Dictionary<string, EndpointSettings> { [spec.Network] = Endpoint(spec) } },
        };

    /// <param name="policy">"no", "always", "unless-stopped" or "on-failure".</param>
    /// <param name="retries">Of "on-failure"; 0 is without end.</param>
    public static RestartPolicy Restart(string policy, int retries) =>
        new()
        {
            Name = policy switch
            {
                "no" => RestartPolicyKind.No,
                "always" => RestartPolicyKind.Always,
                "unless-stopped" => RestartPolicyKind.UnlessStopped,
                "on-failure" => RestartPolicyKind.OnFailure,
                _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "not a restart policy"),
            },
            MaximumRetryCount = retries,
        };

    private static HostConfig Host(ContainerSpec spec, EngineDifferences differences) =>
        new()
        {
            Privileged = spec.Privileged,
            CgroupnsMode = spec.CgroupNamespace ?? string.Empty,
            SecurityOpt = [.. spec.SecurityOptions],
            Tmpfs = new Dictionary<string, string>(spec.Tmpfs),
            Sysctls = spec.Sysctls.Count == 0 ? null : new Dictionary<string, string>(spec.Sysctls),
            Mounts = [.. spec.Mounts.Where(mount => !mount.Relabel).Select(Mounted)],
            Binds = [.. spec.Mounts.Where(mount => mount.Relabel).Select(BindText)],
            PidsLimit = differences.ProcessLimit,
            PortBindings = spec.Ports.GroupBy(Key).ToDictionary(group => group.Key, group => (IList<EnginePort>)[.. group.Select(Binding)]),
            NetworkMode = spec.Network ?? string.Empty,
            DNS = spec.Dns.Count == 0 ? null! : [.. spec.Dns],
            DNSSearch = spec.DnsSearch.Count == 0 ? null! : [.. spec.DnsSearch],
            RestartPolicy = Restart(spec.RestartPolicy, spec.RestartRetries),
        };

    private static EndpointSettings Endpoint(ContainerSpec spec) =>
        new()
        {
            IPAMConfig =
                spec.IPv4Address is null && spec.IPv6Address is null
                    ? null
                    : new() { IPv4Address = spec.IPv4Address ?? string.Empty, IPv6Address = spec.IPv6Address ?? string.Empty },
            Aliases = spec.Aliases.Count == 0 ? null! : [.. spec.Aliases],
        };

    private static Mount Mounted(MountSpec mount) =>
        new()
        {
            Type = mount.Kind == MountKind.Bind ? "bind" : "volume",
            Source = mount.Source.Length == 0 ? null : mount.Source,
            Target = mount.Target,
            ReadOnly = mount.ReadOnly,
            BindOptions = mount is { Kind: MountKind.Bind, Propagation: not null } ? new() { Propagation = mount.Propagation } : null,
            VolumeOptions =
                mount.Kind == MountKind.Volume
                    ? new() { NoCopy = mount.NoCopy, Labels = mount.Labels is null ? null : new Dictionary<string, string>(mount.Labels) }
                    : null,
        };

    // Only this older form of a mount can ask for SELinux's label.
    private static string BindText(MountSpec mount) =>
        $"{mount.Source}:{mount.Target}:{string.Join(',', new[] { mount.ReadOnly ? "ro" : null, "Z", mount.Propagation }.Where(option => option is not null))}";

    private static string Key(PortSpec port) => string.Create(CultureInfo.InvariantCulture, $"{port.ContainerPort}/{port.Protocol}");

    private static EnginePort Binding(PortSpec port) =>
        new()
        {
            HostIP = port.HostAddress,
            HostPort = port.HostPort == 0 ? string.Empty : port.HostPort.ToString(CultureInfo.InvariantCulture),
        };
}

using System.Text.Json.Serialization;

namespace NodeForge.Engines;

/// <summary>What the engine says of itself and its host (GET /info).</summary>
public sealed record EngineInformation
{
    public string Name
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string ServerVersion
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string OperatingSystem
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>"linux" or "windows": what containers are of.</summary>
    public string OSType
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string KernelVersion
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The engine's clock, RFC 3339.</summary>
    public string SystemTime
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The kernel's name for the machine: x86_64, aarch64.</summary>
    public string Architecture
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>Storage driver: overlay2, overlay, fuse-overlayfs, btrfs, zfs, vfs.</summary>
    public string Driver
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>What the storage driver says of itself: pairs of a name and a value.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? DriverStatus { get; init; }

    /// <summary>"1" or "2".</summary>
    public string CgroupVersion
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>The same as a number; 0 where the engine does not say.</summary>
    [JsonIgnore]
    public int CgroupVersionNumber =>
        CgroupVersion switch
        {
            "1" => 1,
            "2" => 2,
            _ => 0,
        };

    /// <summary>cgroupfs, systemd or none.</summary>
    public string CgroupDriver
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>Whether the engine can limit a container's memory; null where it does not say.</summary>
    public bool? MemoryLimit { get; init; }

    /// <summary>Whether it can limit the number of processes.</summary>
    public bool? PidsLimit { get; init; }

    /// <summary>Whether it can share out processor time.</summary>
    public bool? CPUShares { get; init; }

    public string DockerRootDir
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string DefaultRuntime
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public int NCPU { get; init; }

    /// <summary>Bytes.</summary>
    public long MemTotal { get; init; }

    /// <summary>"name=rootless", "name=seccomp,profile=default" and so on.</summary>
    public IReadOnlyList<string> SecurityOptions
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Podman's word for running without root, which it does not put among the options; null where the engine has no such
    /// word.</summary>
    public bool? Rootless { get; init; }

    public string HttpProxy
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string HttpsProxy
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string NoProxy
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>Whether images lie in containerd's store (the default of new installations from Docker 29 on), not in Docker's
    /// own.</summary>
    public bool KeepsContainerdsStore =>
        DriverStatus?.Any(pair =>
            pair is ["driver-type", var type] && type.StartsWith("io.containerd.snapshotter", StringComparison.Ordinal)
        )
        ?? false;

    /// <summary>Whether the engine runs without root.</summary>
    public bool IsRootless => Rootless is true || SecurityOptions.Any(option => option.Contains("rootless", StringComparison.Ordinal));
}

/// <summary>The engine's version (GET /version).</summary>
public sealed record EngineVersion
{
    public string Version
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string ApiVersion
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string Os
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>Go's name for the machine: amd64, arm64.</summary>
    public string Arch
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string KernelVersion
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;
}

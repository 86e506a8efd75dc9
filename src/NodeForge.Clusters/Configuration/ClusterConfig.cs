using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Configuration;

/// <summary>A cluster to make: kind's cluster file, v1alpha4.</summary>
public sealed record ClusterConfig
{
    public const string DefaultName = "kind";

    public string Name { get; init; } = DefaultName;

    /// <summary>At least one control plane.</summary>
    public IReadOnlyList<NodeConfig> Nodes { get; init; } = [new()];

    public NetworkingConfig Networking { get; init; } = new();

    public IReadOnlyDictionary<string, bool> FeatureGates { get; init; } = new Dictionary<string, bool>();

    /// <summary>API groups and versions to turn on or off, as the API server's --runtime-config takes them.</summary>
    public IReadOnlyDictionary<string, string> RuntimeConfig { get; init; } = new Dictionary<string, string>();

    public KubeadmPatches Patches { get; init; } = new();

    public ContainerdPatches Containerd { get; init; } = new();
}

/// <summary>One node of a cluster.</summary>
public sealed record NodeConfig
{
    public NodeRole Role { get; init; } = NodeRole.ControlPlane;

    /// <summary>Another image than the cluster's; null for that one.</summary>
    public string? Image { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<NodeMount> Mounts { get; init; } = [];

    public IReadOnlyList<NodePort> Ports { get; init; } = [];

    public KubeadmPatches Patches { get; init; } = new();
}

public enum NodeRole
{
    ControlPlane,
    Worker,
}

/// <summary>A host path in a node.</summary>
public sealed record NodeMount(string HostPath, string ContainerPath)
{
    public bool ReadOnly { get; init; }

    /// <summary>Whether the host's folder gets the SELinux label of the node alone.</summary>
    public bool SelinuxRelabel { get; init; }

    public MountPropagation Propagation { get; init; }
}

public enum MountPropagation
{
    None,
    HostToContainer,
    Bidirectional,
}

/// <summary>A port of a node on the host.</summary>
/// <param name="ContainerPort">1 to 65535.</param>
/// <param name="HostPort">1 to 65535; 0 for one that is chosen once and kept; -1 for one that the engine chooses anew at each
/// start.</param>
public sealed record NodePort(int ContainerPort, int HostPort)
{
    public string ListenAddress { get; init; } = "0.0.0.0";

    /// <summary>tcp, udp or sctp.</summary>
    public string Protocol { get; init; } = "tcp";
}

public sealed record NetworkingConfig
{
    public IPFamily Family { get; init; }

    /// <summary>Where this machine publishes the API server; by default its loopback address of the cluster's first family.</summary>
    public string ApiServerAddress
    {
        get => field ?? (Family == IPFamily.IPv6 ? "::1" : "127.0.0.1");
        init;
    }

    /// <summary>1 to 65535; 0 for one that is chosen once and kept; -1 for one that the engine chooses.</summary>
    public int ApiServerPort { get; init; }

    /// <summary>Of both families, with a comma between, where the cluster has both.</summary>
    public string PodSubnet
    {
        get => field ?? ByFamily("10.244.0.0/16", "fd00:10:244::/56");
        init;
    }

    /// <summary>Of both families, with a comma between, where the cluster has both. The first one's family is the one that the nodes speak
    /// with each other.</summary>
    public string ServiceSubnet
    {
        get => field ?? ByFamily("10.96.0.0/16", "fd00:10:96::/112");
        init;
    }

    /// <summary>The nodes' DNS search domains; an empty list for none, null for the engine's.</summary>
    public IReadOnlyList<string>? DnsSearch { get; init; }

    /// <summary>Leaves the pod network to the user; nodes are not Ready until it is there.</summary>
    public bool DisableDefaultCni { get; init; }

    /// <summary>iptables, ipvs, nftables, or none for no kube-proxy.</summary>
    public string KubeProxyMode { get; init; } = "iptables";

    internal IReadOnlyList<AddressRange> PodRanges => AddressRange.ParseAll(PodSubnet);

    internal IReadOnlyList<AddressRange> ServiceRanges => AddressRange.ParseAll(ServiceSubnet);

    /// <summary>Where ports are published for which the cluster file names no address.</summary>
    internal string Everywhere => Family == IPFamily.IPv6 ? "::" : "0.0.0.0";

    private string ByFamily(string ipv4, string ipv6) =>
        Family switch
        {
            IPFamily.IPv4 => ipv4,
            IPFamily.IPv6 => ipv6,
            _ => $"{ipv4},{ipv6}",
        };
}

public enum IPFamily
{
    IPv4,
    IPv6,
    Dual,
}

/// <summary>Changes to every node's /etc/containerd/config.toml.</summary>
public sealed record ContainerdPatches
{
    /// <summary>TOML texts, merged in their order; one with another <c>version</c> than the node's file is passed over.</summary>
    public IReadOnlyList<string> Merges { get; init; } = [];

    /// <summary>Lists of operations (RFC 6902) on the file as JSON sees it, applied after the merges; JSON or YAML.</summary>
    public IReadOnlyList<string> JsonPatches { get; init; } = [];

    public bool Any => Merges.Count + JsonPatches.Count > 0;
}

using System.Globalization;
using System.Net;
using NodeForge.Clusters.Configuration;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Planning;

/// <summary>Everything about a cluster that is known before its first container: names, addresses, pod ranges, ports.</summary>
internal sealed record ClusterPlan(
    ClusterConfig Config,
    ClusterNetwork Network,
    IReadOnlyList<NodePlan> Nodes,
    BalancerPlan? Balancer,
    string ApiAddress,
    int ApiPort
)
{
    public const int ApiServerPort = 6443;

    /// <summary>Whether overlay snapshots can lie on the engine's volumes.</summary>
    public required bool OverlaySnapshots { get; init; }

    /// <summary>Whether the network has no way out. Engines publish no ports of such a one: the API server is reached through the
    /// balancer.</summary>
    public bool AirGapped { get; init; }

    /// <summary>Of the engine's host, 1 or 2; 0 where the engine does not say.</summary>
    public int CgroupVersion { get; init; }

    /// <summary>What the nodes take from the engine's machine.</summary>
    public NodeHost Host { get; init; } = NodeHost.Unknown;

    /// <summary>The value of <see cref="ClusterLabels.Creation"/>.</summary>
    public string Creation { get; init; } = string.Empty;

    /// <summary>The token that kubeadm wants for joins, of which NodeForge needs none: a secret that nobody is told. Empty leaves the
    /// choice to kubeadm.</summary>
    public string BootstrapToken { get; init; } = string.Empty;

    private static readonly string[] PodRangeKeys = ["podSubnet", "node-cidr-mask-size", "allocate-node-cidrs", "cluster-cidr"];

    public string Name => Config.Name;

    public IEnumerable<NodePlan> ControlPlanes => Nodes.Where(node => node.Role == NodeRole.ControlPlane);

    public IEnumerable<NodePlan> Workers => Nodes.Where(node => node.Role == NodeRole.Worker);

    public NodePlan First => Nodes[0];

    /// <summary>Whether the pod ranges of the plan hold: patches may give the handing out another form, or to somebody else.</summary>
    public bool KnowsPodRanges =>
        !Nodes
            .Select(node => node.Config.Patches)
            .Append(Config.Patches)
            .SelectMany(patches => patches.Merges.Select(patch => patch.Text).Concat(patches.JsonPatches.Select(patch => patch.Patch)))
            .Any(text => PodRangeKeys.Any(key => text.Contains(key, StringComparison.Ordinal)));

    public bool HasWorkers => Workers.Any();

    /// <summary>Where the nodes reach the API server. An address, not a name: it holds before any DNS runs.</summary>
    public string Endpoint => EndpointAt(Balancer?.Address ?? First.Address);

    /// <summary>Where this machine reaches it.</summary>
    public Uri PublishedEndpoint => new(string.Create(CultureInfo.InvariantCulture, $"https://{Reachable(ApiAddress)}:{ApiPort}"));

    public static ClusterPlan Of(ClusterConfig config, ClusterNetwork network, int apiPort, bool overlaySnapshots, bool airGapped = false)
    {
        // The gateway has the first address. Control planes come first, so that the first of all is Nodes[0].
        List<NodePlan> nodes = [];
        foreach (NodeConfig node in config.Nodes.OrderBy(node => node.Role))
        {
            int ordinal = nodes.Count(other => other.Role == node.Role) + 1;
            string name = ClusterNameText.NodeName(config.Name, ClusterLabels.Of(node.Role), ordinal);
            nodes.Add(new(name, node, network.Place(config.Networking, 2 + nodes.Count), PodRangesOf(config.Networking, nodes.Count)));
        }

        bool balanced = airGapped || nodes.Count(node => node.Role == NodeRole.ControlPlane) > 1;
        BalancerPlan? balancer = balanced
            ? new($"{config.Name}-{ClusterLabels.LoadBalancer}", network.Place(config.Networking, 2 + nodes.Count))
            : null;
        return new(config, network, nodes, balancer, config.Networking.ApiServerAddress, apiPort)
        {
            OverlaySnapshots = overlaySnapshots,
            AirGapped = airGapped,
        };
    }

    /// <summary>An API server's place at an address.</summary>
    public static string EndpointAt(IPAddress address) => new IPEndPoint(address, ApiServerPort).ToString();

    // kube-controller-manager's own sizes.
    private static string PodRangesOf(NetworkingConfig networking, int index) =>
        string.Join(',', networking.PodRanges.Select(range => range.Part(range.IsIPv6 ? 64 : 24, index)));

    /// <summary>What a client of this machine writes for an address that is listened on.</summary>
    public static string Reachable(string address) =>
        address switch
        {
            "0.0.0.0" or "" => "127.0.0.1",
            "::" => "[::1]",
            _ when address.Contains(':', StringComparison.Ordinal) => $"[{address}]",
            _ => address,
        };
}

/// <param name="PodRange">Of both families, with a comma between, where the cluster has both.</param>
internal sealed record NodePlan(string Name, NodeConfig Config, NodePlace Place, string PodRange)
{
    public NodeRole Role => Config.Role;

    public IPAddress Address => Place.Address;
}

internal sealed record BalancerPlan(string Name, NodePlace Place)
{
    public IPAddress Address => Place.Address;
}

using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Engines.Networks;
using NodeForge.Kubernetes.Certificates;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>A cluster as it stands: its plan read back from the containers, and what its control planes keep.</summary>
internal sealed class ExistingCluster
{
    private ExistingCluster(ClusterPlan plan, IReadOnlyList<ContainerSummary> containers, ClusterNode source)
    {
        Plan = plan;
        Containers = containers;
        Source = source;
    }

    /// <summary>Names, roles and addresses of the nodes, control planes first.</summary>
    public ClusterPlan Plan { get; }

    public IReadOnlyList<ContainerSummary> Containers { get; }

    /// <summary>A control plane that runs.</summary>
    public ClusterNode Source { get; }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>, <see cref="ErrorCodes.ClusterNotOurs"/>,
    /// <see cref="ErrorCodes.KubernetesByHand"/>, <see cref="ErrorCodes.NodeNotRunning"/>: no control plane runs.</exception>
    public static async Task<ExistingCluster> ReadAsync(EngineClient engine, string cluster, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await NodeSelection.AllAsync(engine, cluster, cancellationToken).ConfigureAwait(false);
        BareNode.Refuse(cluster, containers);
        ClusterNetwork network = await NetworkAsync(engine, cluster, cancellationToken).ConfigureAwait(false);
        ContainerSummary[] planes = [.. containers.Where(container => NodeSelection.RoleOf(container) == ClusterLabels.ControlPlane)];
        ContainerSummary plane =
            planes.FirstOrDefault(container => container.State == "running")
            ?? throw new NodeForgeException(
                planes.Length == 0 ? NodeSelection.NotOurs(cluster, "no control plane") : NodeSelection.NotRunning(cluster, planes[0])
            );
        ClusterNode source = new(engine, plane.Id, plane.Name);
        NetworkingConfig networking = await KubeadmRewriting.NetworkingAsync(source, cancellationToken).ConfigureAwait(false);
        List<NodePlan> nodes = [];
        BalancerPlan? balancer = null;
        PortBinding? entrance = null;
        NodeHost host = NodeHost.Unknown;
        foreach (
            ContainerSummary container in containers
                .OrderBy(container => NodeSelection.RoleOf(container), StringComparer.Ordinal)
                .ThenBy(container => OrdinalOf(container.Name))
        )
        {
            ContainerDetails details =
                await engine.Containers.FindAsync(container.Id, cancellationToken).ConfigureAwait(false)
                ?? throw ClusterCatalog.Missing(engine, cluster);
            NodePlace place =
                PlaceOf(details, network, networking)
                ?? throw new NodeForgeException(
                    NodeSelection.NotOurs(cluster, $"{container.Name} has no address of its own on {network.Name}")
                );
            if (!NodeSelection.IsNode(container))
                balancer = new(container.Name, place);
            else
                nodes.Add(
                    new(
                        container.Name,
                        new NodeConfig
                        {
                            Role = NodeSelection.RoleOf(container) == ClusterLabels.ControlPlane ? NodeRole.ControlPlane : NodeRole.Worker,
                            Mounts = SharedMounts.Of(details),
                        },
                        place,
                        string.Empty
                    )
                );
            if (container.Id == plane.Id)
                host = NodeHost.Of((details.Mounts ?? []).Select(mount => mount.Destination), details.Config.Env ?? []);
            if (!NodeSelection.IsNode(container) || (entrance is null && container.Id == plane.Id))
                entrance = details.NetworkSettings.Ports?.GetValueOrDefault($"{ClusterPlan.ApiServerPort}/tcp")
                    is [PortBinding published, ..]
                    ? published
                    : entrance;
        }

        EngineInformation information = await engine.InformationAsync(cancellationToken).ConfigureAwait(false);
        ClusterConfig config = new()
        {
            Name = cluster,
            Networking = networking,
            Nodes = [.. nodes.Select(node => node.Config)],
        };
        ClusterPlan plan = new(
            config,
            network,
            nodes,
            balancer,
            entrance?.HostIp ?? "127.0.0.1",
            int.TryParse(entrance?.HostPort, NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : 0
        )
        {
            Host = host,
            AirGapped = plane.Labels.GetValueOrDefault(ClusterLabels.AirGapped) == ClusterLabels.Yes,
            OverlaySnapshots = information.Driver.StartsWith("overlay", StringComparison.Ordinal),
        };
        return new(plan, containers, source);
    }

    /// <summary>The node that a new one is made like: the one that is named, else the first of its role, else the first of all.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeMissing"/>; <see cref="ErrorCodes.InvalidCommandLine"/>: that node
    /// has another role than the new one is to have.</exception>
    public NodePlan Like(AddNodeOptions options)
    {
        if (options.Like is not { } name)
            return Plan.Nodes.FirstOrDefault(node => node.Role == (options.Role ?? NodeRole.Worker)) ?? Plan.First;
        NodePlan like =
            Plan.Nodes.FirstOrDefault(node => node.Name == name)
            ?? throw new NodeForgeException(NodeSelection.MissingOf(Plan.Name, name, [.. Containers.Where(NodeSelection.IsNode)]));
        return options.Role is null || options.Role == like.Role
            ? like
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidCommandLine, "the node that is to be like another has another role")
                {
                    Where = new(name),
                    Got = ClusterLabels.Of(like.Role),
                    Want = ClusterLabels.Of(options.Role.Value),
                    Hint = "leave --role out, or name a node of that role",
                }
            );
    }

    /// <summary>A container of the cluster.</summary>
    public ContainerSummary ContainerOf(NodePlan node) => Containers.First(container => container.Name == node.Name);

    /// <summary>The plan with one node more.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ControlPlaneFixed"/>, <see cref="ErrorCodes.ClusterSubnetMissing"/>: the
    /// network is full.</exception>
    public (ClusterPlan Plan, NodePlan Node) With(NodeConfig config)
    {
        NodeRole role = config.Role;
        if (role == NodeRole.ControlPlane && Plan.Balancer is null)
        {
            throw new NodeForgeException(
                new Diagnostic(
                    ErrorCodes.ControlPlaneFixed,
                    "a cluster without a load balancer cannot have a second control plane: its nodes know the first one's address"
                )
                {
                    Where = new(Plan.Name),
                    Hint = "create the cluster with two control planes or more; it then has a load balancer",
                }
            );
        }

        HashSet<string> names = [.. Containers.Select(container => container.Name)];
        string name = Enumerable
            .Range(1, names.Count + 1)
            .Select(ordinal => ClusterNameText.NodeName(Plan.Name, ClusterLabels.Of(role), ordinal))
            .First(candidate => !names.Contains(candidate));
        HashSet<IPAddress> taken = [.. Plan.Nodes.SelectMany(node => node.Place.All), .. Plan.Balancer?.Place.All ?? []];
        // The gateway has the first address, the broadcast the last.
        NodePlace place =
            Enumerable
                .Range(2, 253)
                .Where(offset => Plan.Network.Range.Network.Contains(Plan.Network.Range.At(offset)))
                .Select(offset => Plan.Network.Place(Plan.Config.Networking, offset))
                .FirstOrDefault(candidate => !candidate.All.Any(taken.Contains))
            ?? throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ClusterSubnetMissing, "the cluster's network has no address left")
                {
                    Where = new(Plan.Network.Name),
                    Got = Plan.Network.Range.ToString(),
                    Hint = "delete a node first",
                }
            );
        NodePlan added = new(name, config, place, string.Empty);
        NodePlan[] nodes =
        [
            .. Plan.ControlPlanes,
            .. role == NodeRole.ControlPlane ? [added] : Array.Empty<NodePlan>(),
            .. Plan.Workers,
            .. role == NodeRole.Worker ? [added] : Array.Empty<NodePlan>(),
        ];
        return (Plan with { Nodes = nodes }, added);
    }

    /// <summary>The plan without a node.</summary>
    public ClusterPlan Without(string name) => Plan with { Nodes = [.. Plan.Nodes.Where(node => node.Name != name)] };

    /// <summary>The authorities that the control planes share.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterNotOurs"/>.</exception>
    public async Task<ClusterAuthorities> AuthoritiesAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> files = await Source
            .ReadFolderAsync("/etc/kubernetes/pki", cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return ClusterAuthorities.Of(
                name => new(files[$"pki/{name}.{(name == "sa" ? "pub" : "crt")}"], files[$"pki/{name}.key"]),
                clock
            );
        }
        catch (Exception foreign) when (foreign is KeyNotFoundException or CryptographicException or ArgumentException)
        {
            throw new NodeForgeException(
                NodeSelection.NotOurs(Plan.Name, $"no authority of ours in {Source.Name}: {foreign.Message}"),
                foreign
            );
        }
    }

    private static async Task<ClusterNetwork> NetworkAsync(EngineClient engine, string cluster, CancellationToken cancellationToken)
    {
        IReadOnlyList<NetworkDetails> owned = await engine
            .Networks.ListAsync([$"{ClusterLabels.Owner}={cluster}"], cancellationToken)
            .ConfigureAwait(false);
        NetworkDetails[] networks = [.. owned.Where(network => network.Name != ClusterSubnets.EntranceName(cluster))];
        AddressRange[] ranges = [.. networks.Take(1).SelectMany(ClusterSubnets.RangesOf)];
        return ranges.FirstOrDefault(range => !range.IsIPv6) is { } range
            ? new(networks[0].Id, networks[0].Name, range, ranges.FirstOrDefault(other => other.IsIPv6))
            : throw new NodeForgeException(NodeSelection.NotOurs(cluster, "no network of its own"));
    }

    private static NodePlace? PlaceOf(ContainerDetails details, ClusterNetwork network, NetworkingConfig networking)
    {
        if (
            details.NetworkSettings.Networks?.GetValueOrDefault(network.Name) is not { } endpoint
            || !IPAddress.TryParse(endpoint.IPAMConfig?.IPv4Address ?? endpoint.IPAddress, out IPAddress? ipv4)
        )
            return null;
        return NodePlace.Of(
            networking,
            ipv4,
            IPAddress.TryParse(endpoint.IPAMConfig?.IPv6Address ?? endpoint.GlobalIPv6Address, out IPAddress? ipv6) ? ipv6 : null
        );
    }

    private static int OrdinalOf(string name)
    {
        int digits = name.Length - name.AsSpan().TrimEnd("0123456789").Length;
        return digits is > 0 and < 6 ? int.Parse(name.AsSpan(name.Length - digits), CultureInfo.InvariantCulture) : 1;
    }
}

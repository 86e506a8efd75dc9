using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;
using NodeForge.Containerd.Preload;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Nodes;

/// <summary>The container that a node is.</summary>
internal static class NodeContainer
{
    // kind's variable, which kind's images and ours know. Without it they would look at /var/lib/containerd, which is not where snapshots
    // lie here.
    private const string Snapshotter = "KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER=overlayfs";

    private const string Runtime = ContainerdPaths.DefaultRoot;
    private const string OverlaySnapshots = Runtime + "/" + ContainerdPaths.OverlayFolder;
    private const string Etcd = "/var/lib/etcd";

    private static readonly string[] Common = ["/var/lib/kubelet", "/var/log"];

    /// <summary>Whether a mount at a path takes the place of a volume that a node has for its state: such a one is of one node
    /// alone.</summary>
    internal static bool HoldsState(string path) =>
        ((string[])[Runtime, OverlaySnapshots, Etcd, .. Common]).Any(folder => Covers(path, folder));

    /// <summary>Whether a volume at a path has what containerd unpacks: it goes with the store of one image's node.</summary>
    internal static bool HoldsImages(string path) => path is Runtime or OverlaySnapshots;

    internal static ContainerSpec Of(ClusterPlan plan, NodePlan node, string image) =>
        new(node.Name, node.Config.Image ?? image)
        {
            Hostname = node.Name,
            Labels = Labels(plan, node, image),
            Environment =
            [
                "KUBECONFIG=/etc/kubernetes/admin.conf",
                .. plan.OverlaySnapshots ? [Snapshotter] : Array.Empty<string>(),
                .. Proxies(plan),
            ],
            // systemd writes its boot to the console: that is the container's log.
            Tty = true,
            Privileged = true,
            CgroupNamespace = "private",
            SecurityOptions = ["seccomp=unconfined", "apparmor=unconfined"],
            Tmpfs = new Dictionary<string, string> { ["/tmp"] = string.Empty, ["/run"] = string.Empty },
            Mounts = [.. Volumes(plan, node), .. Host(plan, node)],
            Ports = [.. Published(plan, node)],
            // The node's own, where the service of AirGapFiles says that there is no such name. The engine could ask its machine's,
            // whatever network the container is on (Docker before 25: CVE-2024-29018).
            Dns = plan.AirGapped ? ["127.0.0.1"] : [],
            DnsSearch = DnsSearch(plan),
            Network = plan.Network.Id,
            Sysctls = Sysctls(plan),
            IPv4Address = node.Place.IPv4,
            IPv6Address = node.Place.IPv6,
            // Until the cluster is whole: KeepOverRestarts.
            RestartPolicy = "on-failure",
            RestartRetries = 1,
        };

    private static Dictionary<string, string> Labels(ClusterPlan plan, NodePlan node, string image)
    {
        Dictionary<string, string> labels = new()
        {
            [ClusterLabels.Cluster] = plan.Name,
            [ClusterLabels.Role] = ClusterLabels.Of(node.Role),
            [ClusterLabels.Owner] = plan.Name,
            [ClusterLabels.Creation] = plan.Creation,
            [ClusterLabels.Image] = node.Config.Image ?? image,
        };
        if (plan.AirGapped)
            labels[ClusterLabels.AirGapped] = ClusterLabels.Yes;
        return labels;
    }

    // A lone dot is the engine's word for no search domain at all. The domains of its machine are places outside.
    private static IReadOnlyList<string> DnsSearch(ClusterPlan plan) =>
        plan.Config.Networking.DnsSearch switch
        {
            null => plan.AirGapped ? ["."] : [],
            { Count: 0 } => ["."],
            { } domains => domains,
        };

    // Engines turn IPv6 off in containers, depending on their version and on the host; pods are routed through the node.
    internal static IReadOnlyDictionary<string, string> Sysctls(ClusterPlan plan) =>
        plan.Network.IPv6 is null
            ? new Dictionary<string, string>()
            : new Dictionary<string, string> { ["net.ipv6.conf.all.disable_ipv6"] = "0", ["net.ipv6.conf.all.forwarding"] = "1" };

    // A mount of the cluster file's at one of these folders, or around it, stands for the volume: etcd on a disk of its own, say. Not all
    // of /var: the engine would copy the image's preloaded store into the volume, for each node and each time. Overlay snapshots may
    // not lie on an overlay, etcd syncs often, the kubelet mounts below its folder; the rest is well where it is.
    private static IEnumerable<MountSpec> Volumes(ClusterPlan plan, NodePlan node)
    {
        // Where the engine itself has no overlay, the image finds out what it can use on a volume of its own.
        string[] folders = [plan.OverlaySnapshots ? OverlaySnapshots : Runtime, .. Common];
        IEnumerable<string> etcd = node.Role == NodeRole.ControlPlane ? [Etcd] : [];
        Dictionary<string, string> labels = new() { [ClusterLabels.Owner] = plan.Name, [ClusterLabels.Creation] = plan.Creation };
        return folders
            .Concat(etcd)
            .Where(folder => !node.Config.Mounts.Any(mount => Covers(mount.ContainerPath, folder)))
            .Select(folder => new MountSpec(MountKind.Volume, string.Empty, folder) { Labels = labels });
    }

    private static bool Covers(string mounted, string folder) =>
        (folder + '/').StartsWith(mounted.TrimEnd('/') + '/', StringComparison.Ordinal);

    private static IEnumerable<MountSpec> Host(ClusterPlan plan, NodePlan node)
    {
        // kube-proxy and the kubelet load modules; the host's kernel is theirs.
        MountSpec modules = new(MountKind.Bind, NodeHost.Modules, NodeHost.Modules) { ReadOnly = true };
        return plan.Host.HasModules ? [modules, .. OfConfig(node)] : OfConfig(node);
    }

    private static IEnumerable<MountSpec> OfConfig(NodePlan node) =>
        node.Config.Mounts.Select(mount => new MountSpec(MountKind.Bind, mount.HostPath, mount.ContainerPath)
        {
            ReadOnly = mount.ReadOnly,
            Relabel = mount.SelinuxRelabel,
            Propagation = mount.Propagation switch
            {
                MountPropagation.HostToContainer => "rslave",
                MountPropagation.Bidirectional => "rshared",
                _ => null,
            },
        });

    private static IEnumerable<PortSpec> Published(ClusterPlan plan, NodePlan node)
    {
        if (plan.AirGapped)
            yield break;
        foreach (NodePort port in node.Config.Ports)
            yield return new(port.ContainerPort, Chosen(port.HostPort, port.ListenAddress), port.ListenAddress, port.Protocol);
        if (node.Role != NodeRole.ControlPlane)
            yield break;
        // Behind a balancer a control plane is published too, as kind does, for those who want to see one alone.
        bool entrance = plan.Balancer is null;
        yield return new(
            ClusterPlan.ApiServerPort,
            entrance ? plan.ApiPort : FreePort.Choose("127.0.0.1"),
            entrance ? plan.ApiAddress : "127.0.0.1"
        );
    }

    private static int Chosen(int port, string address) =>
        port switch
        {
            0 => FreePort.Choose(address),
            < 0 => 0,
            _ => port,
        };

    // Programs in the node honour the host's proxies, and never send the cluster's own traffic there.
    private static IEnumerable<string> Proxies(ClusterPlan plan)
    {
        ProxySettings proxies = plan.Host.Proxies;
        if (!proxies.Any)
            return [];
        List<string> set = [];
        foreach ((string name, string? value) in new[] { ("HTTP_PROXY", proxies.Http), ("HTTPS_PROXY", proxies.Https) })
        {
            if (value is not null)
                set.AddRange([$"{name}={value}", $"{name.ToLowerInvariant()}={value}"]);
        }

        IReadOnlyList<EffectiveSettings> possible = EffectiveSettings.PossibleFor(plan);
        IEnumerable<string> ranges = plan
            .Network.Ranges.Concat(possible.SelectMany(settings => settings.PodRanges.Concat(settings.ServiceRanges)))
            .Select(range => range.ToString());
        string without = string.Join(
            ',',
            new[] { proxies.Without }
                .Concat(ranges)
                .Append(".svc")
                .Concat(possible.Select(settings => "." + settings.DnsDomain))
                .Concat(plan.Nodes.Select(node => node.Name))
                .Where(part => part is { Length: > 0 })
                .Distinct()
        );
        return [.. set, $"NO_PROXY={without}", $"no_proxy={without}"];
    }
}

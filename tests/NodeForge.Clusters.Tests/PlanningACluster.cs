using System.Net;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Tests;

public sealed class PlanningACluster
{
    [Fact]
    public void Nodes_have_kinds_names_and_addresses_and_ranges_in_order()
    {
        ClusterPlan plan = Plan(NodeRole.Worker, NodeRole.ControlPlane, NodeRole.Worker);
        Assert.Equal(["lab-control-plane", "lab-worker", "lab-worker2"], plan.Nodes.Select(node => node.Name));
        Assert.Equal(["10.201.0.2", "10.201.0.3", "10.201.0.4"], plan.Nodes.Select(node => node.Address.ToString()));
        Assert.Equal(["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"], plan.Nodes.Select(node => node.PodRange));
        Assert.Equal("10.201.0.2:6443", plan.Endpoint);
        Assert.Null(plan.Balancer);
        Assert.Equal(IPAddress.Parse("10.96.0.1"), KubeadmDocuments.SettingsOf(plan, KubernetesVersion.Parse("v1.20.2")).ServiceAddress);
    }

    [Fact]
    public void Several_control_planes_are_reached_through_a_balancer()
    {
        ClusterPlan plan = Plan(NodeRole.ControlPlane, NodeRole.ControlPlane, NodeRole.ControlPlane);
        Assert.Equal(("lab-external-load-balancer", "10.201.0.5:6443"), (plan.Balancer?.Name, plan.Endpoint));
        string text = CreateBalancer.Text(plan);
        Assert.All(plan.Nodes, node => Assert.Contains($"server {node.Name} {node.Address}:6443 check", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(IPFamily.IPv6, "fd00:77::3", "10.201.0.3", "fd00:10:244:1::/64", "[fd00:77::2]:6443", "https://[::1]:40000")]
    [InlineData(
        IPFamily.Dual,
        "10.201.0.3",
        "fd00:77::3",
        "10.244.1.0/24,fd00:10:244:1::/64",
        "10.201.0.2:6443",
        "https://127.0.0.1:40000"
    )]
    public void Nodes_have_an_address_of_each_family_and_Kubernetes_goes_by_the_cluster_s_first(
        IPFamily family,
        string address,
        string other,
        string pods,
        string endpoint,
        string published
    )
    {
        ClusterPlan plan = Plan(family);
        NodePlan worker = plan.Nodes[1];
        Assert.Equal((address, other, pods), (worker.Address.ToString(), worker.Place.Other?.ToString(), worker.PodRange));
        Assert.Equal((endpoint, new Uri(published)), (plan.Endpoint, plan.PublishedEndpoint));
        Engines.Containers.ContainerSpec container = NodeContainer.Of(plan, worker, "node:v1");
        Assert.Equal(
            ("10.201.0.3", "fd00:77::3", "0"),
            (container.IPv4Address, container.IPv6Address, container.Sysctls["net.ipv6.conf.all.disable_ipv6"])
        );
    }

    [Fact]
    public void A_dual_cluster_whose_services_are_of_IPv6_first_goes_by_that()
    {
        ClusterPlan plan = Plan(IPFamily.Dual, new() { Family = IPFamily.Dual, ServiceSubnet = "fd00:10:96::/112,10.96.0.0/16" });
        Assert.Equal(
            ("[fd00:77::2]:6443", "fd00:10:96::1"),
            (plan.Endpoint, KubeadmDocuments.SettingsOf(plan, KubernetesVersion.Parse("v1.20.2")).ServiceAddress.ToString())
        );
        Assert.Equal("fd00:77::2,10.201.0.2", KubeadmDocuments.NodeIP(plan, plan.First));
    }

    [Fact]
    public void A_balancer_of_IPv6_listens_to_both_families()
    {
        ClusterPlan plan = Plan(IPFamily.IPv6, roles: [NodeRole.ControlPlane, NodeRole.ControlPlane]);
        string text = CreateBalancer.Text(plan);
        Assert.Contains("\n  bind :::6443 v4v6\n", text, StringComparison.Ordinal);
        Assert.Contains("server lab-control-plane [fd00:77::2]:6443 check", text, StringComparison.Ordinal);
        Assert.Contains(
            "\n  bind :6443\n",
            CreateBalancer.Text(Plan(NodeRole.ControlPlane, NodeRole.ControlPlane)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_cluster_of_IPv4_knows_nothing_of_the_other_family()
    {
        Engines.Containers.ContainerSpec container = NodeContainer.Of(
            Plan(NodeRole.ControlPlane),
            Plan(NodeRole.ControlPlane).First,
            "node:v1"
        );
        Assert.Null(container.IPv6Address);
        Assert.Empty(container.Sysctls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cluster_without_the_default_network_is_given_none_whatever_its_image_has(bool disabled)
    {
        ClusterPlan plan = Plan(new ClusterConfig { Networking = new() { DisableDefaultCni = disabled } });
        NodeImageFacts facts = new(KubernetesVersion.Parse("v1.20.2"), "name: nodeforge-pod-network, podSubnet: {{ .PodSubnet }}", null);
        Assert.Equal(
            (!disabled, !disabled),
            (PodRangeFile.Of(plan, plan.First, facts).Any(), ClusterManifests.Of(plan, plan.First, facts).Any())
        );
    }

    [Theory]
    [InlineData(IPFamily.IPv4, "10.244.0.0/24\n")]
    [InlineData(IPFamily.IPv6, "fd00:10:244::/64\n")]
    [InlineData(IPFamily.Dual, "10.244.0.0/24 fd00:10:244::/64\n")]
    public void A_node_of_the_default_network_is_given_its_range_before_it_boots(IPFamily family, string range)
    {
        ClusterPlan plan = Plan(family, new() { Family = family });
        NodeImageFacts facts = new(KubernetesVersion.Parse("v1.36.2"), "name: nodeforge-pod-network", null);
        NodeFile told = Assert.Single(PodRangeFile.Of(plan, plan.First, facts));
        Assert.Equal(("/etc/nodeforge/pod-range", range), (told.Path, told.Content));
        Assert.Empty(PodRangeFile.Of(plan, plan.First, facts with { PodNetwork = "name: kindnet" }));
    }

    [Fact]
    public void The_pod_network_is_told_the_range_that_patches_leave()
    {
        ClusterPlan plan = Plan(
            new ClusterConfig { Patches = new() { Merges = ["kind: ClusterConfiguration\nnetworking: {podSubnet: 10.12.0.0/16}"] } }
        );
        NodeImageFacts facts = new(KubernetesVersion.Parse("v1.20.2"), "podSubnet: {{ .PodSubnet }}", null);
        Assert.Equal("podSubnet: 10.12.0.0/16", Assert.Single(ClusterManifests.Of(plan, plan.First, facts)).Content);
        Assert.False(plan.KnowsPodRanges);
    }

    [Theory]
    [InlineData("/var/lib/etcd", "/var/lib/etcd")]
    [InlineData("/var/lib/", "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs /var/lib/etcd /var/lib/kubelet")]
    [InlineData("/var/lib/kubelet/config.json", "")]
    public void A_mount_of_the_users_stands_for_the_volumes_at_or_below_it(string path, string without)
    {
        ClusterPlan plan = Plan(new ClusterConfig { Name = "lab", Nodes = [new() { Mounts = [new("/disk", path)] }] });
        string[] volumes(ClusterPlan of) =>
            [
                .. NodeContainer
                    .Of(of, of.First, "node:v1")
                    .Mounts.Where(mount => mount.Kind == Engines.Containers.MountKind.Volume)
                    .Select(mount => mount.Target),
            ];
        Assert.Equal(
            without.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            volumes(Plan(NodeRole.ControlPlane)).Except(volumes(plan)).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.201.0.0/24", true)]
    [InlineData("10.201.0.0/24", "10.0.0.0/8", true)]
    [InlineData("10.201.0.0/24", "10.201.1.0/24", false)]
    [InlineData("fd00::/8", "10.0.0.0/8", false)]
    public void Ranges_that_share_an_address_overlap(string one, string other, bool overlap) =>
        Assert.Equal(overlap, AddressRange.Parse(one).Overlaps(AddressRange.Parse(other)));

    internal static ClusterPlan Plan(params NodeRole[] roles) =>
        Plan(new ClusterConfig { Name = "lab", Nodes = [.. roles.Select(role => new NodeConfig { Role = role })] });

    internal static ClusterPlan Plan(IPFamily family, NetworkingConfig? networking = null, params NodeRole[] roles)
    {
        NodeRole[] nodes = roles.Length > 0 ? roles : [NodeRole.ControlPlane, NodeRole.Worker];
        ClusterConfig config = new()
        {
            Name = "lab",
            Networking = networking ?? new() { Family = family },
            Nodes = [.. nodes.Select(role => new NodeConfig { Role = role })],
        };
        return ClusterPlan.Of(
            config,
            new("77aa", "nodeforge-lab", AddressRange.Parse("10.201.0.0/24"), AddressRange.Parse("fd00:77::/64")),
            40000,
            overlaySnapshots: true
        );
    }

    internal static ClusterPlan Plan(ClusterConfig config) =>
        ClusterPlan.Of(config, new("77aa", "nodeforge-lab", AddressRange.Parse("10.201.0.0/24")), 40000, overlaySnapshots: true);
}

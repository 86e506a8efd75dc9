using NodeForge.Clusters.Configuration;

namespace NodeForge.Clusters.Tests;

public sealed class ReadingAClusterFile
{
    private const string Head = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n";

    [Theory]
    [InlineData("", "the cluster file is empty")]
    [InlineData("kind: !x Cluster\n", "cluster files have no tags")]
    [InlineData("kind: a\u0001b\n", "the cluster file is not text")]
    public async Task What_is_no_yaml_is_told_as_a_cluster_files_fault(string text, string what)
    {
        using MemoryStream stream = new(System.Text.Encoding.UTF8.GetBytes(text));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            ClusterConfigReader.ReadAsync(stream, "-", CancellationToken.None)
        );
        Assert.Equal(what, failure.Diagnostics[0].What);
    }

    [Fact]
    public async Task A_file_from_standard_input_that_does_not_end_is_refused_at_its_limit()
    {
        await using FileStream endless = File.OpenRead("/dev/zero");
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() =>
            ClusterConfigReader.ReadAsync(endless, "standard input", default).WaitAsync(TimeSpan.FromSeconds(60))
        );
        Assert.Equal(ErrorCodes.RecipeTooLarge, refused.Diagnostics[0].Code);
    }

    [Fact]
    public void A_cluster_file_that_is_not_there_is_told_as_such()
    {
        Assert.Equal(
            "there is no such cluster file",
            Assert.Throws<NodeForgeException>(() => ClusterConfigReader.Read("/nowhere/cluster.yaml")).Diagnostics[0].What
        );
    }

    [Fact]
    public void The_shortest_file_is_one_control_plane()
    {
        ClusterConfig config = Read("");
        Assert.Equal("kind", config.Name);
        Assert.Equal(NodeRole.ControlPlane, Assert.Single(config.Nodes).Role);
    }

    [Fact]
    public void Every_field_that_is_done_is_read()
    {
        ClusterConfig config = Read(
            """
            name: lab
            nodes:
            - role: control-plane
              image: node:1
              labels: {tier: front, count: 3}
              extraMounts:
              - {hostPath: /data, containerPath: /mnt, readOnly: true, selinuxRelabel: true, propagation: HostToContainer}
              extraPortMappings:
              - {containerPort: 80, hostPort: 8080, listenAddress: 127.0.0.1, protocol: UDP}
              kubeadmConfigPatches:
              - |
                kind: InitConfiguration
                nodeRegistration: {kubeletExtraArgs: {v: "4"}}
            - role: worker
            networking:
              ipFamily: ipv4
              apiServerPort: 6443
              apiServerAddress: 0.0.0.0
              podSubnet: 10.1.0.0/16
              serviceSubnet: 10.2.0.0/16
              disableDefaultCNI: true
              kubeProxyMode: ipvs
              dnsSearch: [lab.example, example]
            containerdConfigPatches: ['oom_score = 1']
            containerdConfigPatchesJSON6902: ['[{op: remove, path: /oom_score}]']
            featureGates: {TTLAfterFinished: true}
            runtimeConfig: {api/alpha: false}
            kubeadmConfigPatchesJSON6902:
            - {group: kubeadm.k8s.io, version: v1beta2, kind: ClusterConfiguration, patch: '[{"op": "add", "path": "/a", "value": 1}]'}
            """
        );
        NodeConfig plane = config.Nodes[0];
        Assert.Equal(("lab", 2, "node:1", "3"), (config.Name, config.Nodes.Count, plane.Image, plane.Labels["count"]));
        Assert.Equal(
            new NodeMount("/data", "/mnt")
            {
                ReadOnly = true,
                SelinuxRelabel = true,
                Propagation = MountPropagation.HostToContainer,
            },
            Assert.Single(plane.Mounts)
        );
        Assert.Equal(new NodePort(80, 8080) { ListenAddress = "127.0.0.1", Protocol = "udp" }, Assert.Single(plane.Ports));
        Assert.Single(plane.Patches.Merges);
        Assert.Equal(
            ("10.1.0.0/16", "10.2.0.0/16", true, "ipvs", 6443, "0.0.0.0"),
            (
                config.Networking.PodSubnet,
                config.Networking.ServiceSubnet,
                config.Networking.DisableDefaultCni,
                config.Networking.KubeProxyMode,
                config.Networking.ApiServerPort,
                config.Networking.ApiServerAddress
            )
        );
        Assert.Equal(["lab.example", "example"], config.Networking.DnsSearch);
        Assert.Equal(
            ("oom_score = 1", "[{op: remove, path: /oom_score}]"),
            (Assert.Single(config.Containerd.Merges), Assert.Single(config.Containerd.JsonPatches))
        );
        Assert.True(config.FeatureGates["TTLAfterFinished"]);
        Assert.Equal("false", config.RuntimeConfig["api/alpha"]);
        Assert.Equal("v1beta2", Assert.Single(config.Patches.JsonPatches).Version);
    }

    [Theory]
    [InlineData("nodez: []", "NF1004", 3, 1)]
    [InlineData("nodes:\n- role: controlplane", "NF8013", 4, 9)]
    [InlineData("nodes:\n- role: worker", "NF8014", 4, 1)]
    [InlineData("nodes:\n- {extraMounts: [{hostPath: '/a:b', containerPath: /b, selinuxRelabel: true}]}", "NF8014", 4, 72)]
    [InlineData("nodes:\n- {extraPortMappings: [{containerPort: 70000}]}", "NF8013", 4, 40)]
    [InlineData("nodes:\n- {extraPortMappings: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 80}]}", "NF8014", 4, 89)]
    [InlineData("nodes:\n- {extraPortMappings: [{containerPort: 80, protocol: icmp}]}", "NF8013", 4, 54)]
    [InlineData("networking: {podSubnet: 10.0.0.1/8}", "NF8013", 3, 25)]
    [InlineData("networking: {apiServerAddress: localhost}", "NF8013", 3, 32)]
    [InlineData("networking: {kubeProxyMode: iptable}", "NF8013", 3, 29)]
    [InlineData("networking: {ipFamily: ipv5}", "NF8013", 3, 24)]
    [InlineData("networking: {podSubnet: 10.0.0.0/33}", "NF8013", 3, 25)]
    [InlineData("networking: {podSubnet: 'fd00::/56'}", "NF8013", 3, 25)]
    [InlineData("networking: {ipFamily: ipv6, podSubnet: 10.1.0.0/16}", "NF8013", 3, 41)]
    [InlineData("networking: {ipFamily: ipv6, podSubnet: 'fd00::1/56'}", "NF8013", 3, 41)]
    [InlineData("networking: {ipFamily: ipv6, podSubnet: 'fd00::%1/56'}", "NF8013", 3, 41)]
    [InlineData("networking: {ipFamily: ipv6, podSubnet: 'fd00::/129'}", "NF8013", 3, 41)]
    [InlineData("networking: {ipFamily: ipv6, serviceSubnet: 'fd00::/64'}", "NF8013", 3, 45)]
    [InlineData("networking: {ipFamily: dual, podSubnet: 10.1.0.0/16}", "NF8013", 3, 41)]
    [InlineData("networking: {ipFamily: dual, podSubnet: '10.1.0.0/16,10.2.0.0/16'}", "NF8013", 3, 41)]
    [InlineData("networking: {ipFamily: dual, podSubnet: '10.1.0.0/16, fd00::/56'}", "NF8013", 3, 41)]
    [InlineData("networking: {ipFamily: dual, podSubnet: '10.1.0.0/16,fd00::/56,fd01::/56'}", "NF8013", 3, 41)]
    [InlineData("networking: {dnsSearch: lab.example}", "NF1006", 3, 25)]
    [InlineData("containerdConfigPatches: ['a = 1', 'a 1']", "NF8013", 3, 36)]
    [InlineData("containerdConfigPatches: 'a = 1'", "NF1006", 3, 26)]
    [InlineData("containerdConfigPatchesJSON6902: ['{op: remove}']", "NF8013", 3, 35)]
    [InlineData("kubeadmConfigPatches: ['nodeRegistration: {}']", "NF8013", 3, 24)]
    [InlineData("featureGates: {A: 1}", "NF1006", 3, 19)]
    [InlineData("name: Lab", "NF8017", 3, 7)]
    [InlineData("name: a-name-that-is-far-too-long-for-its-nodes-host-names", "NF8017", 3, 7)]
    public void A_mistake_is_told_with_its_place(string text, string code, int line, int column)
    {
        Diagnostic problem = Assert.Single(Fails(Head + text));
        Assert.Equal((code, line, column), (problem.Code.Id, problem.Where?.Line, problem.Where?.Column));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_and_near_words_are_offered()
    {
        IReadOnlyList<Diagnostic> problems = Fails(Head + "netwroking: {}\nnodes:\n- role: wroker\n- rol: worker\n");
        Assert.Equal(["did you mean networking?", "did you mean worker?", "did you mean role?"], problems.Select(problem => problem.Hint));
    }

    [Theory]
    [InlineData("kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha3\n", "write apiVersion: kind.x-k8s.io/v1alpha4")]
    [InlineData("kind: Config\napiVersion: kind.sigs.k8s.io/v1alpha2\n", "write apiVersion: kind.x-k8s.io/v1alpha4")]
    [InlineData("kind: Pod\napiVersion: v1\n", "correct the two keys")]
    public void Older_and_other_files_are_refused_with_what_to_write(string text, string hint)
    {
        Diagnostic problem = Assert.Single(Fails(text));
        Assert.Equal(ErrorCodes.ClusterFileVersion, problem.Code);
        Assert.StartsWith(hint, problem.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ipv4", "10.244.0.0/16", "10.96.0.0/16", "127.0.0.1", "0.0.0.0")]
    [InlineData("ipv6", "fd00:10:244::/56", "fd00:10:96::/112", "::1", "::")]
    [InlineData("dual", "10.244.0.0/16,fd00:10:244::/56", "10.96.0.0/16,fd00:10:96::/112", "127.0.0.1", "0.0.0.0")]
    public void What_is_left_out_is_as_kind_has_it_for_the_address_family(
        string family,
        string pods,
        string services,
        string api,
        string ports
    )
    {
        ClusterConfig config = Read($"nodes:\n- extraPortMappings: [{{containerPort: 80}}]\nnetworking: {{ipFamily: {family}}}\n");
        Assert.Equal(
            (pods, services, api, ports),
            (
                config.Networking.PodSubnet,
                config.Networking.ServiceSubnet,
                config.Networking.ApiServerAddress,
                Assert.Single(config.Nodes[0].Ports).ListenAddress
            )
        );
    }

    [Fact]
    public void A_host_port_may_be_mapped_once_for_each_address_family()
    {
        const string ports =
            "nodes:\n- extraPortMappings: [{containerPort: 80, hostPort: 80}, {containerPort: 80, hostPort: 80, listenAddress: '::'}";
        Assert.Equal(["0.0.0.0", "::"], Read(ports + "]").Nodes[0].Ports.Select(port => port.ListenAddress));
        Assert.Equal(
            ErrorCodes.ClusterFileConflict,
            Assert.Single(Fails(Head + ports + ", {containerPort: 81, hostPort: 80, listenAddress: '::1'}]")).Code
        );
    }

    [Fact]
    public void Ranges_of_IPv6_are_kept_in_their_short_form()
    {
        Assert.Equal("fd00:1::/56", Read("networking: {ipFamily: ipv6, podSubnet: 'FD00:0001:0::0/56'}").Networking.PodSubnet);
        Assert.Equal(
            "fd00:2::/112,10.2.0.0/16",
            Read("networking: {ipFamily: dual, serviceSubnet: 'fd00:2:0::/112,10.2.0.0/16'}").Networking.ServiceSubnet
        );
    }

    [Fact]
    public void A_range_of_another_family_is_told_with_the_family_to_set()
    {
        Diagnostic told = Assert.Single(Fails(Head + "networking: {podSubnet: '10.1.0.0/16,fd00::/56'}"));
        Assert.Equal(("podSubnet is no IPv4 range", "or set ipFamily: dual"), (told.What, told.Hint));
    }

    [Theory]
    [InlineData("""["remove"]""")]
    [InlineData("""[{"op":"add","path":"/b"}]""")]
    [InlineData("""[{"op":"spam","path":"/a"}]""")]
    [InlineData("""[{"op":"remove","path":"/a~2"}]""")]
    public void A_malformed_operation_of_a_patch_is_told_with_its_line(string patch) =>
        Assert.Equal(
            4,
            Assert.Single(Fails(Head + $"kubeadmConfigPatchesJSON6902:\n- {{kind: ClusterConfiguration, patch: '{patch}'}}\n")).Where?.Line
        );

    private static ClusterConfig Read(string text) => ClusterConfigReader.Parse("cluster.yaml", Head + text);

    private static IReadOnlyList<Diagnostic> Fails(string text) =>
        Assert.Throws<NodeForgeException>(() => ClusterConfigReader.Parse("cluster.yaml", text)).Diagnostics;
}

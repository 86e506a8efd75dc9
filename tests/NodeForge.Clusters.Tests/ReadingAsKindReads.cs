using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using NodeForge.Clusters.Configuration;

namespace NodeForge.Clusters.Tests;

/// <summary>What kind's reader makes of YAML, and what of a file would only fail in a node.</summary>
public sealed class ReadingAsKindReads
{
    private const string Head = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n";

    [Fact]
    public void A_key_without_a_value_is_as_if_left_out()
    {
        ClusterConfig config = Read(
            "name:\nnetworking:\nfeatureGates:\nruntimeConfig: {}\ncontainerdConfigPatches:\nkubeadmConfigPatches:\nnodes:\n- role: control-plane\n  image:\n  labels:\n  extraMounts:\n  extraPortMappings:\n- role: worker\n- \n"
        );
        Assert.Equal(("kind", 2, null), (config.Name, config.Nodes.Count, config.Nodes[0].Image));
        Assert.Equal(
            ("kind", "127.0.0.1", "iptables"),
            Read("name: ''\nnetworking: {apiServerAddress: '', kubeProxyMode: \"\", podSubnet: null}") is var empty
                ? (empty.Name, empty.Networking.ApiServerAddress, empty.Networking.KubeProxyMode)
                : default
        );
    }

    [Fact]
    public void Words_of_YAML_1_1_are_truth_values_and_numbers_have_Go_s_bases()
    {
        ClusterConfig config = Read(
            "name: 123\nnetworking: {disableDefaultCNI: yes, apiServerPort: 0x1f90}\nfeatureGates: {A: on, B: \"no\", C: null}\nnodes:\n- extraMounts: [{hostPath: /srv, containerPath: /srv, readOnly: Y}]\n  extraPortMappings: [{containerPort: 0o120, hostPort: 1_080}, {containerPort: 80.0}]\n"
        );
        Assert.Equal(("123", true, 8080), (config.Name, config.Networking.DisableDefaultCni, config.Networking.ApiServerPort));
        Assert.Equal([true, false, false], config.FeatureGates.Values);
        Assert.True(config.Nodes[0].Mounts[0].ReadOnly);
        Assert.Equal([(80, 1080), (80, 0)], config.Nodes[0].Ports.Select(port => (port.ContainerPort, port.HostPort)));
    }

    [Fact]
    public void Merge_keys_are_merged()
    {
        ClusterConfig config = Read(
            "nodes:\n- role: control-plane\n- &worker\n  role: worker\n  labels: {pool: a}\n  extraMounts: [{hostPath: /srv, containerPath: /srv}]\n- <<: *worker\n  labels: {pool: b}\n- *worker\n- <<: [{role: worker}, {role: control-plane, image: i}]\n"
        );
        Assert.Equal([null, "a", "b", "a", null], config.Nodes.Select(node => node.Labels.GetValueOrDefault("pool")));
        Assert.Equal(["/srv", "/srv", "/srv"], config.Nodes.SelectMany(node => node.Mounts).Select(mount => mount.ContainerPath));
        Assert.Equal((NodeRole.Worker, "i"), (config.Nodes[4].Role, config.Nodes[4].Image));
    }

    [Fact]
    public void The_tags_of_YAML_itself_mean_what_they_say()
    {
        ClusterConfig config = Read(
            "name: !!str 5\nnetworking: !!map {disableDefaultCNI: !!bool 'yes', apiServerPort: !!int '80'}\nnodes: !!seq [{}]\n"
        );
        Assert.Equal(("5", true, 80), (config.Name, config.Networking.DisableDefaultCni, config.Networking.ApiServerPort));
    }

    [Theory]
    [InlineData("nodes: [{extraMounts: [{hostPath: \"/a\\0b\", containerPath: /x}]}]")]
    [InlineData("nodes: [{image: \"a\\0\"}]")]
    [InlineData("\"a\\0\": 1")]
    [InlineData("kubeadmConfigPatches: [\"kind: ClusterConfiguration\\nclusterName: \\\"a\\\\0\\\"\"]")]
    public void A_NUL_character_is_refused_where_it_stands(string text) =>
        Assert.Equal("NF1003", Assert.Single(Fails(Head + text)).Code.Id);

    [Fact]
    public void Only_the_first_document_is_read() => Assert.Equal("a", Read("name: a\n---\nname: [b\n").Name);

    [Theory]
    [InlineData("tcp", "tcp")]
    [InlineData("Udp", "udp")]
    [InlineData("SCTP", "sctp")]
    public void Protocols_are_taken_in_either_case(string written, string expected) =>
        Assert.Equal(
            expected,
            Read($"nodes:\n- extraPortMappings: [{{containerPort: 80, protocol: {written}}}]").Nodes[0].Ports[0].Protocol
        );

    [Theory]
    [InlineData("apiVersion: kind.x-k8s.io/v1alpha4\n", "kind: is missing in the cluster file")]
    [InlineData("kind: Cluster\n", "apiVersion: is missing in the cluster file")]
    [InlineData("kind:\napiVersion: kind.x-k8s.io/v1alpha4\n", "kind: is missing in the cluster file")]
    public void A_key_that_is_missing_at_the_top_is_named(string text, string what) => Assert.Equal(what, Assert.Single(Fails(text)).What);

    [Fact]
    public async Task A_pipe_is_read_to_its_end()
    {
        using AnonymousPipeServerStream pipe = new(PipeDirection.Out);
        using SafePipeHandle end = pipe.ClientSafePipeHandle;
        Task<ClusterConfig> reading = Task.Run(() => ClusterConfigReader.Read($"/proc/self/fd/{end.DangerousGetHandle()}"));
        await pipe.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Head));
        await pipe.WriteAsync("name: piped\n"u8.ToArray());
        await pipe.DisposeAsync();
        Assert.Equal("piped", (await reading).Name);
    }

    [Theory]
    [InlineData("roles: 'a,b=c'", "this cannot be the value of the label roles")]
    [InlineData("'my label': x", "this cannot be a label's name")]
    [InlineData("this-name-is-longer-than-the-sixty-three-characters-that-labels-may-have-at-most: x", "this cannot be a label's name")]
    [InlineData("note: with spaces", "this cannot be the value of the label note")]
    [InlineData("'a/b/c': x", "this cannot be a label's name")]
    [InlineData("node-role.kubernetes.io/worker: ''", "a node may not give itself this label: its kubelet would not start")]
    [InlineData("node-restriction.kubernetes.io/a: x", "a node may not give itself this label: its kubelet would not start")]
    [InlineData("k8s.io/a: x", "a node may not give itself this label: its kubelet would not start")]
    public void Labels_that_a_kubelet_does_not_take_are_told(string label, string what) =>
        Assert.Equal(what, Assert.Single(Fails(Head + $"nodes:\n- labels: {{{label}}}")).What);

    [Theory]
    [InlineData("example.net/a.b_c-1: x.y_z-0")]
    [InlineData("topology.kubernetes.io/zone: a")]
    [InlineData("own.node.kubernetes.io/pool: a")]
    [InlineData("empty: ''")]
    [InlineData("nothing: null")]
    [InlineData("odd: true")]
    public void Labels_that_a_kubelet_takes_are_fine(string label) => Assert.Single(Read($"nodes:\n- labels: {{{label}}}").Nodes[0].Labels);

    [Theory]
    [InlineData("nodes:\n- {extraMounts: [{hostPath: ~/.docker/config.json, containerPath: /x}]}", "NF8013", 4, 29)]
    [InlineData("nodes:\n- {extraMounts: [{hostPath: '', containerPath: /x}]}", "NF1007", 4, 18)]
    [InlineData(
        "nodes:\n- {extraMounts: [{hostPath: ./a, containerPath: /data}, {hostPath: ./b, containerPath: /data/}]}",
        "NF8014",
        4,
        88
    )]
    [InlineData(
        "nodes:\n- {extraMounts: [{hostPath: ./a, containerPath: //data/./x}, {hostPath: ./b, containerPath: /data/x}]}",
        "NF8014",
        4,
        93
    )]
    [InlineData("nodes:\n- {extraMounts: [{hostPath: /a, containerPath: /tmp}]}", "NF8014", 4, 48)]
    [InlineData("networking: {apiServerAddress: '[::1]'}", "NF8013", 3, 32)]
    [InlineData("networking: {apiServerAddress: 010.0.0.1}", "NF8013", 3, 32)]
    [InlineData("networking: {apiServerAddress: 0x0a.1}", "NF8013", 3, 32)]
    [InlineData("networking: {apiServerAddress: '10.1'}", "NF8013", 3, 32)]
    [InlineData("networking: {apiServerAddress: 'fe80::1%eth0'}", "NF8013", 3, 32)]
    [InlineData("networking: {podSubnet: 010.0.0.0/8}", "NF8013", 3, 25)]
    [InlineData("networking: {apiServerPort: .inf}", "NF1006", 3, 29)]
    [InlineData("networking: {apiServerPort: '6443'}", "NF1006", 3, 29)]
    [InlineData("networking: {disableDefaultCNI: \"true\"}", "NF1006", 3, 33)]
    [InlineData(
        "nodes:\n- {extraPortMappings: [{containerPort: 80, hostPort: 80, listenAddress: '::1'}, {containerPort: 81, hostPort: 80, listenAddress: '0:0::0001'}]}",
        "NF8014",
        4,
        111
    )]
    [InlineData(
        "nodes:\n- {extraPortMappings: [{containerPort: 80, hostPort: 80, listenAddress: 127.0.0.1}, {containerPort: 81, hostPort: 80, listenAddress: '::ffff:127.0.0.1'}]}",
        "NF8014",
        4,
        115
    )]
    [InlineData("networking: {apiServerPort: 8080}\nnodes:\n- {extraPortMappings: [{containerPort: 80, hostPort: 8080}]}", "NF8014", 5, 54)]
    [InlineData("networking: {dnsSearch: ['a b']}", "NF8013", 3, 26)]
    [InlineData("networking: {dnsSearch: [lab.example, -o]}", "NF8013", 3, 39)]
    [InlineData("networking: {dnsSearch: [\"a\\nnameserver 1.2.3.4\"]}", "NF8013", 3, 26)]
    [InlineData("networking: {dnsSearch: [a..b]}", "NF8013", 3, 26)]
    [InlineData("networking: {dnsSearch: ['10.0.0.1']}", "NF8013", 3, 26)]
    [InlineData("networking: {dnsSearch: ['']}", "NF8013", 3, 26)]
    [InlineData("featureGates: {'A,B': true}", "NF8013", 3, 16)]
    [InlineData("runtimeConfig: {api/alpha: maybe}", "NF8013", 3, 28)]
    [InlineData("runtimeConfig: {'a b': true}", "NF8013", 3, 17)]
    [InlineData("nodes:\n- <<: 1", "NF1003", 4, 7)]
    public void What_would_only_fail_in_a_node_is_told_with_its_place(string text, string code, int line, int column)
    {
        Diagnostic problem = Assert.Single(Fails(Head + text));
        Assert.Equal((code, line, column), (problem.Code.Id, problem.Where?.Line, problem.Where?.Column));
    }

    [Theory]
    [InlineData("networking: {apiServerPort: 8080}\nnodes:\n- {extraPortMappings: [{containerPort: 80, hostPort: 8080, protocol: UDP}]}")]
    [InlineData(
        "networking: {apiServerPort: 8080}\nnodes:\n- {extraPortMappings: [{containerPort: 80, hostPort: 8080, listenAddress: 127.0.0.2}]}"
    )]
    [InlineData("networking: {dnsSearch: []}")]
    [InlineData("networking: {dnsSearch: ['.']}")]
    [InlineData("networking: {dnsSearch: [lab.example., 1a, xn--a, A-1.b]}")]
    public void What_a_node_can_do_is_read(string text) => Assert.NotEmpty(ClusterConfigReader.Parse("cluster.yaml", Head + text).Nodes);

    [Theory]
    [InlineData("  nodeRegistration:\n    kubeletExtraArgs:\n      v: 4", "NF1006", 8, "quote it: \"4\"")]
    [InlineData("  nodeRegistration:\n    kubeletExtraArgs:\n    - name: v\n      value: yes", "NF1006", 9, "quote it: \"yes\"")]
    [InlineData("  nodeRegistration:\n    kubeletExtraArgs:\n      --v: \"4\"", "NF8013", 8, null)]
    [InlineData("  nodeRegistration:\n    kubeletExtraArgs: 4", "NF1006", 7, null)]
    [InlineData("  nodeRegistration:\n    kubeletExtraArgs:\n    - value: x", "NF8013", 8, null)]
    [InlineData("  nodeRegistration:\n    kubeletExtraArgs:\n      system-reserved: memory=1Gi, cpu=1", "NF8013", 8, null)]
    [InlineData(
        "  nodeRegistration:\n    kubeletExtraArgs:\n      node-labels: node-role.kubernetes.io/x=",
        "NF8013",
        8,
        "leave it out, and label the node once the cluster runs: kubectl label node NAME node-role.kubernetes.io/x=VALUE"
    )]
    [InlineData("  a: 1\n  a: 2", "NF1005", 7, "keep one of the two; the first is in line 6")]
    [InlineData("  a: .inf", "NF8013", 6, null)]
    [InlineData("  a: [", "NF1003", 7, null)]
    [InlineData("  a: 1\n  ---\n  b: 1", "NF8013", 8, null)]
    public void A_mistake_in_a_patch_is_told_with_the_file_s_line(string patch, string code, int line, string? hint)
    {
        Diagnostic problem = Assert.Single(Fails(Head + "kubeadmConfigPatches:\n- |\n  kind: InitConfiguration\n" + patch + "\n"));
        Assert.Equal((code, line, hint), (problem.Code.Id, problem.Where?.Line, problem.Hint));
    }

    [Fact]
    public void The_patches_of_kind_s_own_documentation_are_fine()
    {
        ClusterConfig config = Read(
            """
            nodes:
            - role: control-plane
              kubeadmConfigPatches:
              - |
                kind: InitConfiguration
                nodeRegistration:
                  kubeletExtraArgs:
                    node-labels: "ingress-ready=true,my-label2=true"
              - |
                kind: ClusterConfiguration
                apiServer:
                  extraArgs:
                    audit-log-path: "/var/log/audit log"
                  extraVolumes:
                  - name: audit
                    readOnly: no
            """
        );
        Assert.Equal(2, config.Nodes[0].Patches.Merges.Count);
        Assert.Equal(6, config.Nodes[0].Patches.Merges[0].Where!.Line);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("lab-", true)]
    [InlineData("a.b-1", true)]
    [InlineData("Bug_X", false)]
    [InlineData("../x", false)]
    [InlineData("a..b", false)]
    [InlineData("-a", false)]
    [InlineData("", false)]
    [InlineData("sixty-four-characters-are-one-more-than-a-host-s-name-may-have-x", false)]
    public void A_name_is_looked_at_wherever_it_comes_from(string name, bool fine)
    {
        NodeForgeException? failure = (NodeForgeException?)Record.Exception(() => ClusterNameText.Check(name));
        Assert.Equal(fine ? null : ErrorCodes.ClusterName, failure?.Diagnostics[0].Code);
    }

    [Theory]
    [InlineData(49, 1, 0, true)]
    [InlineData(50, 1, 0, false)]
    [InlineData(49, 1, 10, true)]
    [InlineData(41, 2, 0, false)]
    [InlineData(40, 2, 0, true)]
    public void A_name_is_short_enough_for_the_longest_host_of_its_cluster(int length, int planes, int workers, bool fine)
    {
        ClusterConfig config = new()
        {
            Name = new('a', length),
            Nodes =
            [
                .. Enumerable.Repeat(new NodeConfig(), planes),
                .. Enumerable.Repeat(new NodeConfig { Role = NodeRole.Worker }, workers),
            ],
        };
        Assert.Equal(fine, Record.Exception(() => ClusterNameText.Check(config)) is null);
    }

    private static ClusterConfig Read(string text) => ClusterConfigReader.Parse("cluster.yaml", Head + text);

    private static IReadOnlyList<Diagnostic> Fails(string text) =>
        Assert.Throws<NodeForgeException>(() => ClusterConfigReader.Parse("cluster.yaml", text)).Diagnostics;
}

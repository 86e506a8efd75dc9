using System.Formats.Tar;
using System.Text;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class AddingANodeLikeAnother : IForgeReporter
{
    private const string Network =
        """[{"Id":"n","Name":"nodeforge-lab","Labels":{"dev.nodeforge.cluster":"lab"},"IPAM":{"Config":[{"Subnet":"10.201.0.0/24"}]} }]""";

    private static readonly string BothNetwork = Network.Replace(
        "/24\"}",
        "/24\"},{\"Subnet\":\"fd00:77::/64\"}",
        StringComparison.Ordinal
    );

    private static readonly string[] Names = ["lab-control-plane", "lab-external-load-balancer", "lab-worker", "lab-worker2"];

    void IForgeReporter.Report(ForgeEvent happened) { }

    [Theory]
    [InlineData("lab-wroker", "NF8040", "did you mean lab-worker?")]
    [InlineData("lab-external-load-balancer", "NF8040", "name one of those")]
    [InlineData("lab-worker", "NF9002", "leave --role out, or name a node of that role")]
    public async Task A_node_that_cannot_be_the_example_is_told_and_nothing_is_made(string like, string code, string hint)
    {
        await using ScriptedEngine engine = Cluster();
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(
            await FailsAsync(() =>
                new ClusterLife(client, this, TimeProvider.System).AddAsync(
                    "lab",
                    new() { Role = NodeRole.ControlPlane, Like = like },
                    default
                )
            )
        );
        Assert.Equal((code, like, hint), (told.Code.ToString(), told.Where!.Resource, told.Hint));
        Assert.DoesNotContain(engine.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_that_the_engine_has_not_is_told_with_how_to_load_it_and_nothing_is_made()
    {
        await using ScriptedEngine engine = Cluster();
        engine.On("GET /images/example/node:2/json", 404, """{"message":"No such image"}""");
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(
            await FailsAsync(() =>
                new ClusterLife(client, this, TimeProvider.System).AddAsync("lab", new() { Image = "example/node:2" }, default)
            )
        );
        Assert.Equal((ErrorCodes.EngineObjectMissing, "example/node:2"), (told.Code, told.Where!.Resource));
        Assert.EndsWith("--output docker-daemon:example/node:2", told.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, null, "lab-worker")]
    [InlineData("lab-worker2", null, "lab-worker2")]
    [InlineData(null, NodeRole.ControlPlane, "lab-control-plane")]
    [InlineData("lab-worker2", NodeRole.Worker, "lab-worker2")]
    public async Task Without_a_name_the_first_of_the_role_is_the_example(string? like, NodeRole? role, string expected)
    {
        await using ScriptedEngine engine = Cluster();
        using EngineClient client = await engine.ConnectAsync();
        ExistingCluster cluster = await ExistingCluster.ReadAsync(client, "lab", default);
        NodePlan example = cluster.Like(new() { Like = like, Role = role });
        Assert.Equal(expected, example.Name);
        NodeConfig config = await new NodeAddition(client, TimeProvider.System, cluster, example).ConfigAsync(example.Role, default);
        Assert.Equal("/data/" + expected, Assert.Single(config.Mounts).HostPath);
        Assert.Equal(expected, config.Labels["of"]);
        Assert.Empty(config.Ports);
    }

    [Theory]
    [InlineData(IPFamily.IPv6, "fd00:77::6", "10.201.0.6")]
    [InlineData(IPFamily.Dual, "10.201.0.6", "fd00:77::6")]
    public async Task The_family_of_a_cluster_is_read_back_and_the_new_node_gets_the_next_address_of_each(
        IPFamily family,
        string address,
        string other
    )
    {
        await using ScriptedEngine engine = Cluster(family);
        using EngineClient client = await engine.ConnectAsync();
        ExistingCluster cluster = await ExistingCluster.ReadAsync(client, "lab", default);
        Assert.Equal(family, cluster.Plan.Config.Networking.Family);
        Assert.Equal((address, other), (cluster.With(new()).Node.Address.ToString(), cluster.With(new()).Node.Place.Other?.ToString()));
    }

    [Fact]
    public void Labels_are_read_in_the_newer_form_of_arguments_too()
    {
        ClusterPlan plan = PlanningACluster.Plan(
            new ClusterConfig
            {
                Name = "lab",
                Nodes =
                [
                    new()
                    {
                        Labels = new Dictionary<string, string> { ["zone"] = "a", ["tier"] = "" },
                    },
                ],
            }
        );
        string documents = KubeadmDocuments.Of(plan, plan.First, KubernetesVersion.Parse("v1.36.1"));
        Assert.Equal(plan.First.Config.Labels, KubeadmRewriting.LabelsIn(KubeadmRewriting.Parse(documents, "lab")));
    }

    [Fact]
    public void Mounts_of_a_node_are_another_s_too_unless_its_state_is_in_them()
    {
        ContainerMount[] mounts =
        [
            new()
            {
                Type = "volume",
                Name = "v",
                Destination = "/var/log",
                RW = true,
            },
            new()
            {
                Type = "bind",
                Source = "/lib/modules",
                Destination = "/lib/modules",
            },
            new()
            {
                Type = "bind",
                Source = "/shared",
                Destination = "/shared",
                RW = true,
                Propagation = "rshared",
            },
            new()
            {
                Type = "bind",
                Source = "/labelled",
                Destination = "/labelled",
                Mode = "ro,Z",
                Propagation = "rslave",
            },
            new()
            {
                Type = "bind",
                Source = "/run/credentials.json",
                Destination = "/var/lib/kubelet/config.json",
                Propagation = "rprivate",
            },
            new()
            {
                Type = "bind",
                Source = "/disk/kubelet",
                Destination = "/var/lib/kubelet",
                RW = true,
            },
            new()
            {
                Type = "bind",
                Source = "/disk/lib",
                Destination = "/var/lib/",
                RW = true,
            },
            new()
            {
                Type = "bind",
                Source = "/disk/store",
                Destination = "/var/lib/containerd",
                RW = true,
            },
        ];
        Assert.Equal(
            [
                new("/labelled", "/labelled")
                {
                    ReadOnly = true,
                    SelinuxRelabel = true,
                    Propagation = MountPropagation.HostToContainer,
                },
                new("/shared", "/shared") { Propagation = MountPropagation.Bidirectional },
                new("/run/credentials.json", "/var/lib/kubelet/config.json") { ReadOnly = true },
            ],
            SharedMounts.Of(new() { Mounts = mounts })
        );
    }

    [Fact]
    public async Task Patches_of_containerd_are_kept_in_the_node_and_read_back()
    {
        ContainerdPatches patches = new() { Merges = ["oom_score = -1"], JsonPatches = ["[]"] };
        NodeFile kept = Assert.Single(KeptPatches.Of(patches));
        Assert.Empty(KeptPatches.Of(new()));
        await using ScriptedEngine engine = new();
        engine
            .On("GET /containers/lab-worker/archive", call => call.StreamAsync([Archive("containerd-patches.json", kept.Content)]))
            .On("GET /containers/lab-worker2/archive", 404, """{"message":"Could not find the file"}""")
            .On("GET /containers/lab-control-plane/archive", call => call.StreamAsync([Archive("containerd-patches.json", "x")]));
        using EngineClient client = await engine.ConnectAsync();

        ContainerdPatches read = await KeptPatches.ReadAsync(new(client, "lab-worker", "lab-worker"), default);
        Assert.Equal((patches.Merges[0], patches.JsonPatches[0]), (Assert.Single(read.Merges), Assert.Single(read.JsonPatches)));
        Assert.False((await KeptPatches.ReadAsync(new(client, "lab-worker2", "lab-worker2"), default)).Any);
        Assert.Equal(
            ErrorCodes.ClusterNotOurs,
            Assert
                .Single(await FailsAsync(() => KeptPatches.ReadAsync(new(client, "lab-control-plane", "lab-control-plane"), default)))
                .Code
        );
    }

    private static ScriptedEngine Cluster(IPFamily family = IPFamily.IPv4)
    {
        ClusterPlan plan = PlanningACluster.Plan(
            family,
            null,
            NodeRole.ControlPlane,
            NodeRole.ControlPlane,
            NodeRole.Worker,
            NodeRole.Worker
        );
        ScriptedEngine engine = new ScriptedEngine()
            .WithObjects($"[{string.Join(',', Names.Select(Summary))}]", family == IPFamily.IPv4 ? Network : BothNetwork)
            .On("GET /info", 200, """{"Driver":"overlay2"}""");
        foreach ((string name, int index) in Names.Select((name, index) => (name, index)))
        {
            NodePlan labelled = plan.Nodes[^1] with
            {
                Config = new()
                {
                    Role = NodeRole.Worker,
                    Labels = new Dictionary<string, string> { ["of"] = name },
                },
            };
            byte[] documents = Archive("kubeadm.conf", KubeadmDocuments.Of(plan, labelled, KubernetesVersion.Parse("v1.20.2")));
            engine
                .On(
                    $"GET /containers/{name}/json",
                    200,
                    $$$"""{"Id":"{{{name}}}","NetworkSettings":{"Networks":{"nodeforge-lab":{"IPAddress":"10.201.0.{{{index + 2}}}"{{{(family == IPFamily.IPv4 ? "" : $",\"GlobalIPv6Address\":\"fd00:77::{index + 2}\"")}}} } } },"Mounts":[{"Type":"bind","Source":"/data/{{{name}}}","Destination":"/data"}]}"""
                )
                .On($"GET /containers/{name}/archive", call => call.StreamAsync([documents]));
        }

        return engine;
    }

    private static string Summary(string name) =>
        $$"""{"Id":"{{name}}","Names":["/{{name}}"],"State":"running","Labels":{"{{ClusterLabels.Cluster}}":"lab","{{ClusterLabels.Role}}":"{{name[4..].TrimEnd('2')}}"} }""";

    private static byte[] Archive(string name, string text)
    {
        using MemoryStream bytes = new();
        using (TarWriter tar = new(bytes, leaveOpen: true))
            tar.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) }
            );
        return bytes.ToArray();
    }
}

using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class LookingAtNodes
{
    private const string Containers = """
        [{"Id":"c","Names":["/lab-worker"],"Image":"sha256:0123456789abcdef","State":"exited","Labels":{"io.x-k8s.kind.cluster":"lab","io.x-k8s.kind.role":"worker"},
          "NetworkSettings":{"Networks":{"nodeforge-lab":{"IPAddress":"","GlobalIPv6Address":"","IPAMConfig":{"IPv4Address":"10.201.0.3","IPv6Address":"fd00::3"} } } } },
         {"Id":"b","Names":["/lab-external-load-balancer"],"Image":"sha256:0123456789abcdef","State":"running","Labels":{"io.x-k8s.kind.cluster":"lab","io.x-k8s.kind.role":"external-load-balancer"},
          "NetworkSettings":{"Networks":{"nodeforge-lab":{"IPAddress":"10.201.0.4"} } } },
         {"Id":"a","Names":["/lab-control-plane"],"Image":"sha256:fedcba9876543210","State":"running","Labels":{"io.x-k8s.kind.cluster":"lab","io.x-k8s.kind.role":"control-plane"},
          "NetworkSettings":{"Networks":{"nodeforge-lab":{"IPAddress":"10.201.0.2","GlobalIPv6Address":"fd00::2","IPAMConfig":{"IPv4Address":"10.201.0.2"} } } } },
         {"Id":"d","Names":["/kind-control-plane"],"Image":"kindest/node:v1.36.2@sha256:77","State":"running","Labels":{"io.x-k8s.kind.cluster":"kind","io.x-k8s.kind.role":"control-plane"} }]
        """;

    [Fact]
    public async Task Each_node_has_its_addresses_its_image_s_name_and_its_version_stopped_ones_too()
    {
        await using ScriptedEngine engine = new();
        WithImages(engine.WithObjects(Containers));
        await WithVersionAsync(engine, "a", "v1.36.2\n");
        await WithVersionAsync(engine, "c", "v1.35.1\n");
        await WithVersionAsync(engine, "d", "\u001b[31mnone\n");
        using EngineClient client = await engine.ConnectAsync();
        IReadOnlyList<ListedNode> nodes = await new ClusterCatalog(client).DescribeAsync(null, CancellationToken.None);
        Assert.Equal(
            ["kind-control-plane", "lab-control-plane", "lab-external-load-balancer", "lab-worker"],
            nodes.Select(node => node.Name)
        );
        Assert.Equal(
            ["", "10.201.0.2,fd00::2", "10.201.0.4", "10.201.0.3,fd00::3"],
            nodes.Select(node => string.Join(',', node.Addresses))
        );
        Assert.Equal(
            ["kindest/node:v1.36.2@sha256:77", "sha256:fedcba987654", "example/node:1", "example/node:1"],
            nodes.Select(node => node.Image)
        );
        Assert.Equal([null, "v1.36.2", null, "v1.35.1"], nodes.Select(node => node.KubernetesVersion));
        Assert.Equal(("lab", "worker", "exited"), (nodes[3].Cluster, nodes[3].Role, nodes[3].State));
        // An image is asked for once, a version of a load balancer never.
        Assert.Single(engine.Requests, request => request.StartsWith("GET /images/sha256:0123", StringComparison.Ordinal));
        Assert.DoesNotContain(engine.Requests, request => request.StartsWith("GET /containers/b/archive", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_has_just_gone_keeps_nobody_from_seeing_the_others()
    {
        await using ScriptedEngine engine = new();
        WithImages(engine.WithObjects(Containers))
            .On("GET /containers/", 404, """{"message":"No such container"}""")
            .On("GET /containers/json", 200, Containers);
        await WithVersionAsync(engine, "a", "v1.36.2");
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal(
            [null, "v1.36.2", null, null],
            (await new ClusterCatalog(client).DescribeAsync(null, CancellationToken.None)).Select(node => node.KubernetesVersion)
        );
    }

    [Theory]
    [InlineData("lab", "io.x-k8s.kind.cluster=lab")]
    [InlineData(null, "io.x-k8s.kind.cluster")]
    public async Task One_cluster_or_all_are_asked_for(string? cluster, string label)
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Node("lab-worker", ClusterLabels.Worker, "running"));
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal(
            ["lab-worker"],
            (await new ClusterCatalog(client).NodesAsync(cluster, CancellationToken.None)).Select(node => node.Name)
        );
        Assert.Contains(
            engine.Requests,
            request => Uri.UnescapeDataString(request).Contains($$"""{"label":["{{label}}"]}""", StringComparison.Ordinal)
        );
    }

    private static ScriptedEngine WithImages(ScriptedEngine engine) =>
        engine
            .On(
                "GET /images/sha256:0123456789abcdef/json",
                200,
                """{"Id":"sha256:0123456789abcdef","RepoTags":["example/node:1","example/node:latest"]}"""
            )
            .On("GET /images/sha256:fedcba9876543210/json", 404, """{"message":"No such image"}""");

    private static async Task WithVersionAsync(ScriptedEngine engine, string container, string text)
    {
        using MemoryStream tar = new();
        await NodeFile.WriteTarAsync([NodeFile.Public("version", text)], tar, TimeProvider.System, CancellationToken.None);
        engine.On($"GET /containers/{container}/archive?path=%2Fkind%2Fversion", call => call.StreamAsync([tar.ToArray()]));
    }
}

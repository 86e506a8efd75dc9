using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Networks;
using NodeForge.TestSupport;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class ClustersOfAnEngine : IForgeReporter
{
    void IForgeReporter.Report(ForgeEvent happened) { }

    [Fact]
    public async Task A_cluster_that_is_not_there_can_be_neither_stopped_nor_started_nor_reached()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects();
        using EngineClient client = await engine.ConnectAsync();
        ClusterLife life = new(client, this, TimeProvider.System);
        foreach (
            Func<Task> act in (Func<Task>[])
                [
                    () => life.StopAsync("lab", [], default),
                    () => life.StartAsync("lab", [], TimeSpan.Zero, default),
                    () => new ClusterCatalog(client).KubeconfigAsync("lab", default),
                ]
        )
        {
            Diagnostic told = Assert.Single(await FailsAsync(act));
            Assert.Equal((ErrorCodes.ClusterMissing, "there is no cluster lab"), (told.Code, told.What));
        }
    }

    [Fact]
    public async Task A_stopped_cluster_is_told_with_how_to_start_it()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Node("lab-control-plane", ClusterLabels.ControlPlane, "exited"));
        engine.On(
            "GET /containers/lab-control-plane/json",
            200,
            """{"Id":"lab-control-plane","State":{"Status":"exited"},"NetworkSettings":{"Ports":{} } }"""
        );
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(await FailsAsync(() => new ClusterCatalog(client).KubeconfigAsync("lab", CancellationToken.None)));
        Assert.Equal((ErrorCodes.ClusterMissing, "nodeforge start cluster --name lab"), (told.Code, told.Hint));
        Assert.Equal("lab-control-plane is exited and publishes no port", told.Got);
    }

    [Theory]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("10.201.0.0/16", true)]
    public async Task A_network_takes_a_range_that_no_other_has_and_says_so_when_there_is_none(string taken, bool free)
    {
        await using ScriptedEngine engine = new();
        engine
            .WithObjects(networks: $$"""[{"Id":"n","Name":"corporate","IPAM":{"Config":[{"Subnet":"{{taken}}"}]} }]""")
            .On("POST /networks/create", 201, """{"Id":"made"}""");
        using EngineClient client = await engine.ConnectAsync();
        ClusterConfig config = new() { Name = "lab", Nodes = [new NodeConfig { Role = NodeRole.ControlPlane }] };
        if (free)
        {
            Assert.False(
                (await CreateNetwork.RunAsync(client, config, "c1", airGapped: false, CancellationToken.None)).Range.Overlaps(
                    AddressRange.Parse(taken)
                )
            );
            return;
        }

        Diagnostic told = Assert.Single(
            await FailsAsync(() => CreateNetwork.RunAsync(client, config, "c1", airGapped: false, CancellationToken.None))
        );
        Assert.Equal((ErrorCodes.ClusterSubnetMissing, "a /24 within 10.201.0.0 to 10.220.255.255"), (told.Code, told.Want));
        Assert.DoesNotContain("POST /networks/create", engine.Requests);
    }

    [Theory]
    [InlineData(IPFamily.IPv4)]
    [InlineData(IPFamily.IPv6)]
    [InlineData(IPFamily.Dual)]
    public async Task A_network_has_addresses_of_IPv6_where_the_cluster_has_any_the_same_for_the_same_name(IPFamily family)
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(networks: "[]").On("POST /networks/create", 201, """{"Id":"made"}""");
        using EngineClient client = await engine.ConnectAsync();
        ClusterConfig config = new()
        {
            Name = "lab",
            Networking = new() { Family = family },
        };
        ClusterNetwork first = await CreateNetwork.RunAsync(client, config, "c1", airGapped: false, CancellationToken.None);
        if (family == IPFamily.IPv4)
        {
            Assert.Null(first.IPv6);
            return;
        }

        Assert.Equal(first.IPv6, (await CreateNetwork.RunAsync(client, config, "c2", airGapped: false, CancellationToken.None)).IPv6);
        Assert.NotEqual(
            first.IPv6,
            (await CreateNetwork.RunAsync(client, config with { Name = "other" }, "c3", airGapped: false, CancellationToken.None)).IPv6
        );
        Assert.True(AddressRange.Parse("fd00::/8").Overlaps(first.IPv6!));
        Assert.EndsWith("/64", first.IPv6!.ToString(), StringComparison.Ordinal);

        await using ScriptedEngine taken = new();
        taken
            .WithObjects(networks: $$"""[{"Id":"n","Name":"corporate","IPAM":{"Config":[{"Subnet":"{{first.IPv6}}"}]} }]""")
            .On("POST /networks/create", 201, """{"Id":"made"}""");
        using EngineClient other = await taken.ConnectAsync();
        Assert.False(
            (await CreateNetwork.RunAsync(other, config, "c4", airGapped: false, CancellationToken.None)).IPv6!.Overlaps(first.IPv6)
        );
    }

    [Theory]
    [InlineData(200, "{}", true)]
    [InlineData(404, """{"message":"No such container"}""", false)]
    public async Task A_whole_cluster_is_kept_over_the_engine_s_restarts_where_the_engine_can(int status, string answer, bool goesOn)
    {
        await using ScriptedEngine engine = new();
        engine.On("POST /containers/lab-", status, answer);
        using EngineClient client = await engine.ConnectAsync();
        ClusterPlan plan = PlanningACluster.Plan(NodeRole.ControlPlane, NodeRole.ControlPlane);
        Task keep() => KeepOverRestarts.RunAsync(client, plan, CancellationToken.None);
        if (goesOn)
            await keep();
        else
            Assert.All(await FailsAsync(keep), told => Assert.Equal(ErrorCodes.EngineObjectMissing, told.Code));
        Assert.Equal(
            [
                "POST /containers/lab-control-plane/update",
                "POST /containers/lab-control-plane2/update",
                "POST /containers/lab-external-load-balancer/update",
            ],
            engine.Requests.Where(request => request.StartsWith("POST", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Podman_which_changes_no_policy_is_not_asked_to()
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /_ping", call => call.AnswerAsync(200, "OK", ("Api-Version", "1.41"), ("Libpod-API-Version", "4.3.1")));
        using EngineClient client = await engine.ConnectAsync();
        await KeepOverRestarts.RunAsync(client, PlanningACluster.Plan(NodeRole.ControlPlane), CancellationToken.None);
        await KeepOverRestarts.UnsetAsync(client, "lab-control-plane", CancellationToken.None);
        Assert.Equal(["GET /_ping"], engine.Requests);
    }

    [Fact]
    public async Task What_cannot_be_removed_is_named_with_the_engines_reason()
    {
        await using ScriptedEngine engine = new();
        engine
            .WithObjects(networks: """[{"Id":"n1","Name":"nodeforge-lab","Labels":{"dev.nodeforge.cluster":"lab"} }]""")
            .On("DELETE /networks/n1", 403, """{"message":"network nodeforge-lab has active endpoints"}""");
        using EngineClient client = await engine.ConnectAsync();
        string nowhere = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        Diagnostic told = Assert.Single(
            await FailsAsync(() =>
                new ClusterProvisioner(client, this, TestHost.In(nowhere)).DeleteAsync("lab", null, CancellationToken.None)
            )
        );

        Assert.Equal(
            (ErrorCodes.ClusterLeftovers, "nodeforge-lab", "403: network nodeforge-lab has active endpoints"),
            (told.Code, told.Where!.Resource, told.Got)
        );
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("2", false)]
    public async Task A_node_whose_pod_is_frozen_is_thawed_and_goes_where_cgroups_freeze_by_themselves(string version, bool goes)
    {
        await using ScriptedEngine engine = new();
        bool thawed = false;
        bool there = true;
        string refusal = """{"message":"tried to kill container, but did not receive an exit event"}""";
        engine
            .WithObjects()
            .On(
                "GET /containers/json",
                call => call.AnswerAsync(200, there ? Node("lab-control-plane", ClusterLabels.ControlPlane, "running") : "[]")
            )
            .On("GET /info", 200, $$"""{"CgroupVersion":"{{version}}"}""")
            .On(
                "GET /containers/lab-control-plane/json",
                200,
                """{"Id":"lab-control-plane","Name":"/lab-control-plane","Image":"sha256:1","State":{"Status":"running","Running":true} }"""
            )
            .On("POST /containers/lab-control-plane/kill", 500, refusal)
            .On(
                "DELETE /containers/lab-control-plane",
                call =>
                {
                    there = !thawed;
                    return thawed ? call.AnswerAsync(204, string.Empty) : call.AnswerAsync(500, refusal);
                }
            )
            .On("DELETE /containers/lab-control-plane-thaw", 404, """{"message":"No such container"}""")
            .On("POST /containers/create?name=lab-control-plane-thaw", 201, """{"Id":"t1"}""")
            .On(
                "POST /containers/t1/start",
                call =>
                {
                    thawed = true;
                    return call.AnswerAsync(204, string.Empty);
                }
            )
            .On("POST /containers/t1/wait", 200, """{"StatusCode":0}""")
            .On("DELETE /containers/t1", 204, string.Empty);
        using EngineClient client = await engine.ConnectAsync();
        Task<bool> Delete() => RemoveCluster.RunAsync(client, "lab", null, CancellationToken.None);

        if (goes)
            Assert.True(await Delete());
        else
            Assert.Contains("did not receive an exit event", Assert.Single(await FailsAsync(Delete)).Got, StringComparison.Ordinal);

        Assert.Equal(goes, thawed);
        Assert.Equal(goes, engine.Requests.Contains("DELETE /containers/t1?force=1&v=1"));
    }

    [Fact]
    public async Task Where_thawing_is_refused_the_removals_own_reason_is_told_and_the_others_go()
    {
        await using ScriptedEngine engine = new();
        string refusal = """{"message":"did not receive an exit event"}""";
        engine
            .WithObjects(
                Node("lab-worker", ClusterLabels.Worker, "running"),
                networks: """[{"Id":"n1","Name":"nodeforge-lab","Labels":{"dev.nodeforge.cluster":"lab"} }]"""
            )
            .On("GET /info", 200, """{"CgroupVersion":"1"}""")
            .On(
                "GET /containers/lab-worker/json",
                200,
                """{"Id":"lab-worker","Name":"/lab-worker","Image":"sha256:1","State":{"Status":"running","Running":true} }"""
            )
            .On("POST /containers/lab-worker/kill", 500, refusal)
            .On("DELETE /containers/lab-worker", 500, refusal)
            .On("DELETE /containers/lab-worker-thaw", 404, """{"message":"No such container"}""")
            .On("POST /containers/create?name=lab-worker-thaw", 404, """{"message":"No such image: sha256:1"}""")
            .On("DELETE /networks/n1", 204, string.Empty);
        using EngineClient client = await engine.ConnectAsync();

        Diagnostic told = Assert.Single(await FailsAsync(() => RemoveCluster.RunAsync(client, "lab", null, CancellationToken.None)));

        Assert.Equal(
            (ErrorCodes.ClusterLeftovers, "lab-worker", "500: did not receive an exit event"),
            (told.Code, told.Where!.Resource, told.Got)
        );
        Assert.Contains("DELETE /networks/n1", engine.Requests);
    }
}

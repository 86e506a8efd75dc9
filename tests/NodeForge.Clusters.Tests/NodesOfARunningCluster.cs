using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Networks;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Certificates;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class NodesOfARunningCluster : IForgeReporter
{
    private const string Two =
        """[{"Id":"a","Names":["/lab-control-plane"],"State":"running","Labels":{"io.x-k8s.kind.cluster":"lab","io.x-k8s.kind.role":"control-plane"} },{"Id":"b","Names":["/lab-worker"],"State":"exited","Labels":{"io.x-k8s.kind.cluster":"lab","io.x-k8s.kind.role":"worker"} }]""";

    private static readonly string Balanced = Two.Replace("lab-worker", "lab-external-load-balancer", StringComparison.Ordinal)
        .Replace("\"worker\"", "\"external-load-balancer\"", StringComparison.Ordinal);

    void IForgeReporter.Report(ForgeEvent happened) { }

    [Fact]
    public async Task Single_nodes_are_stopped_and_started_and_the_others_left_alone()
    {
        await using ScriptedEngine engine = new();
        List<string> policies = WithPolicies(engine.WithObjects(Two).On("POST /containers/", 204, string.Empty), "b");
        using EngineClient client = await engine.ConnectAsync();
        ClusterLife life = Life(client);
        await life.StopAsync("lab", ["lab-worker"], default);
        await life.StartAsync("lab", ["lab-worker"], TimeSpan.Zero, default);
        Assert.Equal(
            ["POST /containers/b/update", "POST /containers/b/stop?t=30", "POST /containers/b/start", "POST /containers/b/update"],
            engine.Requests.Where(request => request.StartsWith("POST", StringComparison.Ordinal))
        );
        Assert.Equal(["no", "always"], policies);
    }

    [Fact]
    public async Task A_whole_cluster_is_let_go_before_it_is_stopped_and_kept_again_once_it_is_started_its_balancer_too()
    {
        await using ScriptedEngine engine = new();
        List<string> policies = WithPolicies(engine.WithObjects(Balanced).On("POST /containers/", 204, string.Empty), "a", "b");
        using EngineClient client = await engine.ConnectAsync();
        ClusterLife life = Life(client);
        await life.StopAsync("lab", [], default);
        Assert.Equal(["no", "no"], policies);
        await life.StartAsync("lab", [], TimeSpan.Zero, default);
        Assert.Equal(["no", "no", "always", "always"], policies);
        foreach (string id in (string[])["a", "b"])
            Assert.Equal(
                [
                    $"POST /containers/{id}/update",
                    $"POST /containers/{id}/stop?t=30",
                    $"POST /containers/{id}/start",
                    $"POST /containers/{id}/update",
                ],
                engine.Requests.Where(request => request.StartsWith($"POST /containers/{id}/", StringComparison.Ordinal))
            );
    }

    [Fact]
    public async Task A_node_that_does_not_start_is_not_kept_over_the_engine_s_restarts()
    {
        await using ScriptedEngine engine = new();
        engine
            .WithObjects(Two)
            .On(
                "POST /containers/b/start",
                500,
                """{"message":"driver failed programming external connectivity: bind: address already in use"}"""
            );
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal(
            ErrorCodes.EnginePortTaken,
            Assert.Single(await FailsAsync(() => Life(client).StartAsync("lab", ["lab-worker"], TimeSpan.Zero, default))).Code
        );
        Assert.DoesNotContain("POST /containers/b/update", engine.Requests);
    }

    [Fact]
    public async Task Every_name_that_is_no_node_is_told_and_nothing_is_touched()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Two);
        using EngineClient client = await engine.ConnectAsync();
        IReadOnlyList<Diagnostic> told = await FailsAsync(() => Life(client).StopAsync("lab", ["lab-workr", "lab-worker", "x"], default));
        Assert.Equal(
            [("lab-workr", "did you mean lab-worker?"), ("x", "name one of those")],
            told.Select(problem => (problem.Where!.Resource, problem.Hint!))
        );
        Assert.All(told, problem => Assert.Equal(ErrorCodes.NodeMissing, problem.Code));
        Assert.DoesNotContain(engine.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("True", "2026-01-02T10:00:05Z", null)]
    [InlineData("True", "2026-01-02T09:59:00Z", "its kubelet has not reported since the node was started")]
    [InlineData("False", "2026-01-02T10:00:09Z", "container runtime network not ready")]
    public void A_node_counts_as_Ready_once_it_has_said_so_since_its_start(string status, string heartbeat, string? problem)
    {
        string list =
            $$"""{"items":[{"metadata":{"name":"lab-worker"},"status":{"conditions":[{"type":"Ready","status":"{{status}}","lastHeartbeatTime":"{{heartbeat}}","message":"container runtime network not ready"}]} }]}""";
        DateTimeOffset started = NodeStarts.StartOf("2026-01-02T10:00:05.123456789Z");
        Assert.Equal(problem, AwaitReady.ProblemOf(NodeStatus.ParseAll(list), "lab-worker", started));
        Assert.Equal("it has not registered", AwaitReady.ProblemOf(NodeStatus.ParseAll(list), "lab-worker2", started));
    }

    [Fact]
    public void The_engines_start_times_are_read_with_whatever_digits_they_have()
    {
        Assert.Equal(new(2026, 1, 2, 10, 0, 5, TimeSpan.Zero), NodeStarts.StartOf("2026-01-02T10:00:05Z"));
        Assert.Equal(
            new DateTimeOffset(2026, 1, 2, 8, 0, 5, TimeSpan.Zero).AddMilliseconds(100),
            NodeStarts.StartOf("2026-01-02T10:00:05.1+02:00")
        );
        Assert.True(NodeStarts.StartOf(null) < new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task The_only_control_plane_and_the_balancer_are_not_removed()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Balanced);
        using EngineClient client = await engine.ConnectAsync();
        foreach (string name in (string[])["lab-control-plane", "lab-external-load-balancer"])
        {
            Diagnostic told = Assert.Single(await FailsAsync(() => Life(client).DeleteAsync("lab", name, new(), default)));
            Assert.Equal(
                (ErrorCodes.ControlPlaneFixed, name, "to remove the whole cluster: nodeforge delete cluster --name lab"),
                (told.Code, told.Where!.Resource, told.Hint)
            );
        }
    }

    [Fact]
    public async Task A_cluster_of_another_program_gets_no_nodes()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Two);
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(await FailsAsync(() => Life(client).AddAsync("lab", new(), default)));
        Assert.Equal((ErrorCodes.ClusterNotOurs, "no network of its own"), (told.Code, told.Got));
    }

    [Theory]
    [InlineData(NodeRole.Worker)]
    [InlineData(NodeRole.ControlPlane)]
    public void A_new_nodes_documents_are_an_existing_nodes_with_its_own_name_and_addresses(NodeRole role)
    {
        ClusterConfig config = new()
        {
            Name = "lab",
            Nodes =
            [
                new()
                {
                    Labels = new Dictionary<string, string> { ["zone"] = "a" },
                    Patches = new() { Merges = ["kind: KubeletConfiguration\nmaxPods: 7"] },
                },
                new(),
                new() { Role = NodeRole.Worker },
            ],
        };
        ClusterPlan plan = ClusterPlan.Of(
            config,
            new("77aa", "nodeforge-lab", AddressRange.Parse("10.201.0.0/24")),
            7000,
            overlaySnapshots: true
        );
        string existing = KubeadmDocuments.Of(plan, plan.First, KubernetesVersion.Parse("v1.20.2"));
        Assert.Equal(new Dictionary<string, string> { ["zone"] = "a" }, KubeadmRewriting.LabelsIn(KubeadmRewriting.Parse(existing, "lab")));
        NodePlan added = new(
            "lab-added",
            new()
            {
                Role = role,
                Labels = new Dictionary<string, string> { ["zone"] = "b", ["tier"] = "" },
            },
            new(IPAddress.Parse("10.201.0.9")),
            string.Empty
        );

        IReadOnlyList<JsonObject> documents = KubeadmRewriting
            .Parse(KubeadmRewriting.Rewrite(KubeadmRewriting.Parse(existing, "lab"), plan, added).Text, "lab")
            .Documents;

        JsonObject join = documents.Single(document => (string?)document["kind"] == "JoinConfiguration");
        JsonNode arguments = join["nodeRegistration"]!["kubeletExtraArgs"]!;
        Assert.Equal(
            ("lab-added", "10.201.0.9", "kind://docker/lab/lab-added", "zone=b,tier="),
            (
                (string?)join["nodeRegistration"]!["name"],
                (string?)arguments["node-ip"],
                (string?)arguments["provider-id"],
                (string?)arguments["node-labels"]
            )
        );
        Assert.Equal(
            role == NodeRole.ControlPlane ? "10.201.0.9" : null,
            (string?)join["controlPlane"]?["localAPIEndpoint"]?["advertiseAddress"]
        );
        Assert.Equal(
            "10.201.0.9",
            (string?)documents.Single(document => (string?)document["kind"] == "InitConfiguration")["localAPIEndpoint"]!["advertiseAddress"]
        );
        Assert.Equal(7, (int?)documents.Single(document => (string?)document["kind"] == "KubeletConfiguration")["maxPods"]);
        Assert.Equal(role == NodeRole.Worker, join["nodeRegistration"]!["taints"] is JsonArray { Count: 0 });
    }

    [Fact]
    public void Documents_that_another_program_wrote_are_told()
    {
        NodeForgeException told = Assert.Throws<NodeForgeException>(() =>
            KubeadmRewriting.Parse("apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n", "lab")
        );
        Assert.Equal(ErrorCodes.ClusterNotOurs, told.Diagnostics[0].Code);
    }

    [Fact]
    public void Authorities_that_were_laid_into_a_node_issue_again()
    {
        using ClusterAuthorities made = ClusterAuthorities.Create(TimeProvider.System);
        using ClusterAuthorities again = ClusterAuthorities.Of(
            name =>
                name switch
                {
                    "ca" => made.Cluster.Pair,
                    "etcd/ca" => made.Etcd.Pair,
                    "front-proxy-ca" => made.FrontProxy.Pair,
                    _ => made.ServiceAccounts,
                },
            TimeProvider.System
        );
        using System.Security.Cryptography.X509Certificates.X509Certificate2 issued =
            System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(again.Administrator().Certificate);
        using System.Security.Cryptography.X509Certificates.X509Certificate2 authority =
            System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(made.Cluster.Pair.Certificate);
        using System.Security.Cryptography.X509Certificates.X509Chain chain = new()
        {
            ChainPolicy =
            {
                TrustMode = System.Security.Cryptography.X509Certificates.X509ChainTrustMode.CustomRootTrust,
                RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck,
            },
        };
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        Assert.True(chain.Build(issued));
    }

    [Theory]
    [InlineData("ReplicaSet", false, "Running", true)]
    [InlineData("DaemonSet", false, "Running", false)]
    [InlineData("Node", true, "Running", false)]
    [InlineData("Job", false, "Succeeded", false)]
    public void Pods_move_that_would_run_elsewhere(string owner, bool mirror, string phase, bool moves)
    {
        JsonObject pod = new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "p",
                ["namespace"] = "n",
                ["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = owner }),
                ["annotations"] = mirror ? new JsonObject { ["kubernetes.io/config.mirror"] = "x" } : [],
            },
            ["status"] = new JsonObject { ["phase"] = phase },
        };
        Assert.Equal(new("n", "p", moves), NodePod.Of(pod));
    }

    [Fact]
    public async Task A_control_plane_that_etcd_does_not_let_go_is_told_with_the_way_out()
    {
        await using ScriptedEngine engine = new();
        engine.WithPrograms("lab-control-plane", 1, string.Empty, "Error from server: etcdserver: request timed out");
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(
            await FailsAsync(() =>
                new EtcdMembers(new(client, "lab-control-plane", "lab-control-plane"), patience: TimeSpan.Zero).RemoveAsync(
                    "lab-control-plane2",
                    default
                )
            )
        );
        Assert.Equal((ErrorCodes.EtcdMemberStuck, "Error from server: etcdserver: request timed out"), (told.Code, told.Got));
    }

    [Fact]
    public async Task Etcd_is_asked_again_while_it_elects_a_leader()
    {
        await using ScriptedEngine engine = new();
        int asked = 0;
        engine
            .WithPrograms("lab-control-plane", 1, """{"members": []}""", string.Empty)
            .On(
                "GET /exec/e1/json",
                call => call.AnswerAsync(200, JsonSerializer.Serialize(new { Running = false, ExitCode = ++asked < 3 ? 1 : 0 }))
            );
        using EngineClient client = await engine.ConnectAsync();
        await new EtcdMembers(new(client, "lab-control-plane", "lab-control-plane")).RemoveAsync("lab-control-plane2", default);
        Assert.Equal(3, asked);
    }

    // The policies that containers were given, in the order of arrival.
    private static List<string> WithPolicies(ScriptedEngine engine, params string[] containers)
    {
        List<string> policies = [];
        foreach (string container in containers)
        {
            engine.On(
                $"POST /containers/{container}/update",
                async call =>
                {
                    string? policy = (string?)JsonNode.Parse(await call.ReadTextAsync())!["RestartPolicy"]!["Name"];
                    lock (policies)
                        policies.Add(policy!);
                    await call.AnswerAsync(200, "{}");
                }
            );
        }

        return policies;
    }

    private ClusterLife Life(EngineClient client) => new(client, this, TimeProvider.System);
}

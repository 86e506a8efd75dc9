using System.Text.Json;
using NodeForge.Clusters.Attempts;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Clusters.Upgrading;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Booted;
using NodeForge.TestSupport;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

/// <summary>An air-gapped cluster: nobody gets out, one container lets this machine in, and what is tried is counted and named.</summary>
public sealed class ClosingClustersOff : IForgeReporter
{
    private static readonly ClusterNetwork Network = new("id", "net", AddressRange.Parse("10.201.7.0/24"));
    private readonly List<Diagnostic> warnings = [];

    void IForgeReporter.Report(ForgeEvent happened)
    {
        if (happened is Warned warning)
            warnings.Add(warning.Diagnostic);
    }

    [Fact]
    public void One_control_plane_has_an_entrance_too_and_its_nodes_publish_nothing()
    {
        ClusterPlan plan = Plan(airGapped: true);
        Assert.Equal(("lab-external-load-balancer", "10.201.7.3:6443"), (plan.Balancer?.Name, plan.Endpoint));
        Assert.Equal(new Uri("https://127.0.0.1:40000"), plan.PublishedEndpoint);
        ContainerSpec node = NodeContainer.Of(plan, plan.First, "node:1");
        Assert.Empty(node.Ports);
        Assert.Equal(["127.0.0.1"], node.Dns);
        Assert.Equal(["."], node.DnsSearch);
        Assert.Equal("true", node.Labels[ClusterLabels.AirGapped]);
    }

    [Fact]
    public void A_cluster_with_a_way_out_is_as_it_was()
    {
        ClusterPlan plan = Plan(airGapped: false);
        ContainerSpec node = NodeContainer.Of(plan, plan.First, "node:1");
        Assert.Null(plan.Balancer);
        Assert.Equal([80, 6443], node.Ports.Select(port => port.ContainerPort));
        Assert.Empty(node.Dns);
        Assert.Empty(node.DnsSearch);
        Assert.DoesNotContain(ClusterLabels.AirGapped, node.Labels.Keys);
        Assert.Empty(AirGapFiles.Of(plan, plan.First, Settings(plan)));
    }

    [Fact]
    public void A_node_is_told_its_way_and_what_is_inside()
    {
        ClusterPlan plan = Plan(airGapped: true);
        Dictionary<string, NodeFile> files = AirGapFiles.Of(plan, plan.First, Settings(plan)).ToDictionary(file => file.Path);
        string unit = files["/etc/systemd/system/nodeforge-air-gap.service"].Content;
        Assert.Contains("close.sh -4 10.201.7.1 10.201.7.2\n", unit, StringComparison.Ordinal);
        Assert.Contains(
            "listen.pl \"/var/log/nodeforge/attempts\" \"10.201.7.2\" \"10.244.0.0/16\" \"10.201.7.0/24,10.244.0.0/16,10.96.0.0/16,",
            unit,
            StringComparison.Ordinal
        );
        Assert.Contains("\"10.201.7.1/32\" \"cluster.local\"\n", unit, StringComparison.Ordinal);
        Assert.Equal(
            "/etc/systemd/system/nodeforge-air-gap.service",
            files["/etc/systemd/system/sysinit.target.wants/nodeforge-air-gap.service"].Target
        );
        Assert.StartsWith("# Counts", files["/etc/nodeforge/air-gap/listen.pl"].Content, StringComparison.Ordinal);
        Assert.StartsWith("# Leaves a node no way", files["/etc/nodeforge/air-gap/close.sh"].Content, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_families_are_closed()
    {
        ClusterPlan plan = Plan(airGapped: true, Network with { IPv6 = AddressRange.Parse("fd00:77::/64") });
        string unit = AirGapFiles
            .Of(plan, plan.First, Settings(plan))
            .First(file => file.Path.EndsWith(".service", StringComparison.Ordinal))
            .Content;
        Assert.Contains("close.sh -4 10.201.7.1 10.201.7.2 -6 fd00:77::1 \"\"\n", unit, StringComparison.Ordinal);
        Assert.Contains("\"10.201.7.1/32,fd00:77::1/128\"", unit, StringComparison.Ordinal);
    }

    [Fact]
    public void An_upgraded_node_asks_the_same_resolver()
    {
        ClusterPlan plan = Plan(airGapped: true);
        ContainerDetails old = new() { Config = new() { Hostname = "lab-control-plane" } };
        ContainerSpec spec = ReplacementContainer.Of(plan, plan.First, old, null, "node:2");
        Assert.Equal(["127.0.0.1"], spec.Dns);
        Assert.Empty(spec.Ports);
    }

    [Fact]
    public async Task The_cluster_s_own_network_leads_nowhere_and_the_entrance_s_does()
    {
        List<string> made = [];
        await using ScriptedEngine engine = new();
        engine
            .WithObjects()
            .On(
                "POST /networks/create",
                async call =>
                {
                    using JsonDocument body = JsonDocument.Parse(await call.ReadTextAsync());
                    string name = body.RootElement.GetProperty("Name").GetString()!;
                    made.Add($"{name} {body.RootElement.GetProperty("Internal")}");
                    await call.AnswerAsync(201, JsonSerializer.Serialize(new { Id = "id-" + name }));
                }
            );
        using EngineClient client = await engine.ConnectAsync();
        ClusterNetwork network = await CreateNetwork.RunAsync(client, new() { Name = "lab" }, "c1", airGapped: true, default);
        Assert.Equal(["nodeforge-lab True", "nodeforge-lab_entrance False"], made);
        Assert.Equal(("id-nodeforge-lab", "id-nodeforge-lab_entrance"), (network.Id, network.Entrance));
    }

    [Fact]
    public async Task The_balancer_is_on_both_networks_before_it_starts()
    {
        await using ScriptedEngine engine = new();
        engine
            .On("POST /containers/create", 201, """{"Id":"lb"}""")
            .On("POST /networks/in/connect", 200, "")
            .On("PUT /containers/lb/archive", 200, "")
            .On("POST /containers/lb/start", 204, "");
        using EngineClient client = await engine.ConnectAsync();
        ClusterPlan plan = Plan(airGapped: true, Network with { Entrance = "in" });
        await CreateBalancer.RunAsync(client, plan, plan.Balancer!, "node:1", TimeProvider.System, default);
        string[] done = [.. engine.Requests.Select(request => request.Split('?')[0])];
        int joined = Array.IndexOf(done, "POST /networks/in/connect");
        Assert.InRange(joined, Array.IndexOf(done, "POST /containers/create"), Array.IndexOf(done, "POST /containers/lb/start"));
    }

    [Fact]
    public async Task A_cluster_that_is_not_air_gapped_has_nothing_to_tell()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Node("lab-control-plane", ClusterLabels.ControlPlane, "running"));
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(await FailsAsync(() => new AttemptReading(client, this).OfClusterAsync("lab", default)));
        Assert.Equal(ErrorCodes.ClusterNotAirGapped, told.Code);
    }

    [Fact]
    public async Task A_node_that_never_ran_its_listener_is_not_heard()
    {
        await using ScriptedEngine engine = new();
        engine
            .WithObjects(
                Node("lab-control-plane", ClusterLabels.ControlPlane, "running")
                    .Replace("\"Labels\":{", $"\"Labels\":{{\"{ClusterLabels.AirGapped}\":\"true\",", StringComparison.Ordinal)
            )
            .On("GET /containers/lab-control-plane/archive", 404, """{"message":"Could not find the file"}""")
            .On("GET /containers/lab-control-plane/json", 404, """{"message":"no such container"}""");
        using EngineClient client = await engine.ConnectAsync();
        ClusterAttempts told = await new AttemptReading(client, this).OfClusterAsync("lab", default);
        Assert.Equal([new HeardNode("lab-control-plane", false)], told.Nodes);
        Assert.Empty(told.Attempts);
        Assert.Equal(ErrorCodes.AttemptsUnheard, Assert.Single(warnings).Code);
    }

    [Fact]
    public void Pods_are_named_while_they_are_there_and_the_DNS_server_s_questions_are_its_askers()
    {
        DateTimeOffset then = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        IReadOnlyList<PodAtAddress> pods = PodAtAddress.OfList(
            System.Text.Json.Nodes.JsonNode.Parse(
                """
                {"items": [
                  {"metadata": {"namespace": "default", "name": "curious"}, "spec": {},
                   "status": {"startTime": "2023-11-14T22:13:00Z", "podIPs": [{"ip": "10.244.0.5"}, {"ip": "fd00::5"}]}},
                  {"metadata": {"namespace": "default", "name": "young"}, "spec": {},
                   "status": {"startTime": "2024-01-01T00:00:00Z", "podIP": "10.244.0.6"}},
                  {"metadata": {"namespace": "kube-system", "name": "coredns-1", "labels": {"k8s-app": "kube-dns"}}, "spec": {},
                   "status": {"podIP": "10.244.0.7"}},
                  {"metadata": {"namespace": "kube-system", "name": "proxy"}, "spec": {"hostNetwork": true},
                   "status": {"podIP": "10.201.7.2"}},
                  {"metadata": {"name": "pending"}, "status": {}}
                ]}
                """
            )
        );
        SentPackets[] first =
        [
            new("www.example.org", true, 4) { Pod = "10.244.0.5", Last = then },
            new("tcp 203.0.113.7 port 80", false, 2) { Pod = "10.244.0.6", Last = then },
            new("icmp 203.0.113.7", false, 1) { Last = then },
            new("lab-worker", true, 1) { Last = then },
            new("kubernetes.default.svc.cluster.local", true, 1) { Pod = "10.244.0.5", Last = then },
        ];
        SentPackets[] second =
        [
            new("www.example.org", true, 4) { Pod = "10.244.0.7", Last = then },
            new("upstream.example", true, 1) { Pod = "10.244.0.7", Last = then },
        ];
        ClusterAttempts told = AttemptReading.Judge(
            "lab",
            [(new("lab-control-plane", true), first), (new("lab-worker", true), second)],
            pods,
            ["lab-control-plane", "lab-worker"]
        );
        Assert.Equal(
            [
                new("lab-control-plane", "www.example.org", true, 4, then) { Pod = "default/curious", Address = "10.244.0.5" },
                new("lab-control-plane", "tcp 203.0.113.7 port 80", false, 2, then) { Address = "10.244.0.6" },
                new("lab-control-plane", "icmp 203.0.113.7", false, 1, then),
                new("lab-worker", "upstream.example", true, 1, then) { Pod = "kube-system/coredns-1", Address = "10.244.0.7" },
            ],
            told.Attempts
        );
    }

    [Fact]
    public async Task Ports_that_nobody_will_reach_are_told_before_anything_is_made()
    {
        await using ScriptedEngine engine = new();
        engine
            .WithObjects()
            .On(
                "GET /info",
                200,
                """{"Driver":"overlay2","CgroupVersion":"2","CgroupDriver":"systemd","OSType":"linux","Architecture":"x86_64"}"""
            )
            .On("GET /images/", 200, """{"Id":"sha256:77","Architecture":"amd64","Os":"linux","Config":{}}""")
            .On("POST /networks/create", 500, """{"message":"far enough"}""");
        using EngineClient client = await engine.ConnectAsync();
        string folder = Directory.CreateTempSubdirectory("nf-air-").FullName;
        try
        {
            ClusterProvisioner provisioner = new(client, this, TestHost.In(folder), folder);
            CreateOptions how = new()
            {
                AirGapped = true,
                SkipChecks = true,
                Kubeconfig = Path.Combine(folder, "kubeconfig"),
            };
            await Assert.ThrowsAsync<NodeForgeException>(() => provisioner.CreateAsync(Config, "node:1", how, default));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Diagnostic told = Assert.Single(warnings, warning => warning.Code == ErrorCodes.AirGappedPorts);
        Assert.Equal("80/tcp", told.Got);
    }

    private static ClusterConfig Config =>
        new() { Name = "lab", Nodes = [new() { Role = NodeRole.ControlPlane, Ports = [new(80, 8080)] }] };

    private static ClusterPlan Plan(bool airGapped, ClusterNetwork? network = null) =>
        ClusterPlan.Of(Config, network ?? Network, 40000, overlaySnapshots: true, airGapped);

    private static EffectiveSettings Settings(ClusterPlan plan) => KubeadmDocuments.SettingsOf(plan, KubernetesVersion.Parse("v1.36.2"));
}

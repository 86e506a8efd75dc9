using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Kubernetes;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class MakingNodesByHand : IForgeReporter
{
    private const string Bare =
        """[{"Id":"a","Names":["/lab-control-plane"],"State":"running","Labels":{"io.x-k8s.kind.cluster":"lab","io.x-k8s.kind.role":"control-plane","dev.nodeforge.kubernetes":"none"} }]""";

    private static readonly EngineInformation Host = new() { Driver = "overlay2", CgroupVersion = "2" };

    void IForgeReporter.Report(ForgeEvent happened) { }

    [Fact]
    public async Task Nodes_boot_and_get_nothing_of_Kubernetes_and_each_says_what_it_is()
    {
        await using ScriptedEngine engine = new();
        ConcurrentBag<string> labels = [];
        ConcurrentBag<string> files = [];
        await ScriptNodesAsync(engine, labels, files);
        using EngineClient client = await engine.ConnectAsync();
        using Timeline timeline = new(this, CancellationToken.None);
        ClusterConfig config = new() { Name = "lab", Nodes = [new() { Role = NodeRole.ControlPlane }, new() { Role = NodeRole.Worker }] };

        CreatedCluster created = await Creation(client, timeline, config).RunAsync();

        Assert.Equal(["lab-control-plane", "lab-worker"], created.Nodes);
        Assert.Null(created.Kubeconfig);
        Assert.Equal(["none", "none"], labels);
        Assert.DoesNotContain(
            files,
            file =>
                file.StartsWith("etc/kubernetes", StringComparison.Ordinal)
                || file.StartsWith("etc/cni", StringComparison.Ordinal)
                || file.StartsWith("kind/", StringComparison.Ordinal)
        );
        Assert.Equal(2, files.Count(file => file == "etc/systemd/system/kubelet.service.d/30-nodeforge-by-hand.conf"));
        Assert.Single(files, "etc/nodeforge/manifests/10-pod-network.yaml");
        Assert.DoesNotContain(engine.Requests, request => request.Contains("external-load-balancer", StringComparison.Ordinal));
        Assert.Equal(
            ["POST /containers/lab-control-plane/update", "POST /containers/lab-worker/update"],
            engine.Requests.Where(request => request.EndsWith("/update", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Several_control_planes_have_their_load_balancer()
    {
        await using ScriptedEngine engine = new();
        await ScriptNodesAsync(engine, [], []);
        using EngineClient client = await engine.ConnectAsync();
        using Timeline timeline = new(this, CancellationToken.None);
        await Creation(client, timeline, new() { Name = "lab", Nodes = [new(), new()] }).RunAsync();
        Assert.Contains("POST /containers/create?name=lab-external-load-balancer", engine.Requests);
    }

    [Theory]
    [InlineData("v1.20.2", "1", true, false)]
    [InlineData("v1.23.17", "2", true, false)]
    [InlineData("v1.24.0", "2", false, false)]
    [InlineData("v1.34.2", "1", false, false)]
    [InlineData("v1.36.2", "1", false, true)]
    [InlineData("v1.36.2", "2", false, false)]
    public void The_kubelet_is_told_what_kubeadm_does_not_know_of_and_the_user_has_the_last_word(
        string version,
        string cgroups,
        bool cgroupfs,
        bool failing
    )
    {
        string text = Kubelet(version, cgroups);
        Assert.Contains(
            "Environment=\"KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml --fail-swap-on=false ",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(" --eviction-hard=nodefs.available<0%%,", text, StringComparison.Ordinal);
        Assert.Equal(cgroupfs, text.Contains(" --cgroup-driver=cgroupfs", StringComparison.Ordinal));
        Assert.Equal(failing, text.Contains(" --fail-cgroupv1=false", StringComparison.Ordinal));
        Assert.DoesNotContain("KUBELET_EXTRA_ARGS", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_host_s_kernels_are_seen_by_kubeadm_s_checks_unless_the_cluster_file_has_something_there()
    {
        ClusterPlan plan = PlanningACluster.Plan(
            new ClusterConfig { Name = "lab", Nodes = [new(), new() { Role = NodeRole.Worker, Mounts = [new("/mine", "/boot/")] }] }
        );
        Assert.Equal(["/boot"], Boots(plan.Nodes[0], kernels: true));
        Assert.Equal(["/mine"], Boots(plan.Nodes[1], kernels: true));
        Assert.Empty(Boots(plan.Nodes[0], kernels: false));

        string[] Boots(NodePlan node, bool kernels) =>
            [
                .. BareNode
                    .Container(plan with { Host = plan.Host with { HasKernels = kernels } }, node, "node:1")
                    .Mounts.Where(mount => mount.Target.TrimEnd('/') == "/boot")
                    .Select(mount => mount.Source),
            ];
    }

    [Theory]
    [InlineData("running\n", 0, true)]
    [InlineData("degraded\n", 0, true)]
    [InlineData("starting\n", 0, false)]
    [InlineData("running\n", 1, false)]
    public async Task A_node_is_up_when_its_system_is_and_containerd_serves(string system, int containerd, bool up)
    {
        await using ScriptedEngine engine = new();
        ScriptPrograms(engine, system, containerd);
        using EngineClient client = await engine.ConnectAsync();
        Task waiting() => BareBoot.AwaitAsync(new(client, "a", "lab-worker"), TimeSpan.FromMilliseconds(300), CancellationToken.None);
        if (up)
        {
            await waiting();
            return;
        }

        Diagnostic told = Assert.Single(await FailsAsync(waiting));
        Assert.Equal((ErrorCodes.NodeBootTimeout, "lab-worker"), (told.Code, told.Where!.Resource));
        Assert.StartsWith(system.Trim(), told.Got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_is_started_again_is_waited_for_without_an_API_server()
    {
        await using ScriptedEngine engine = new();
        ScriptPrograms(
            engine.WithObjects(Bare).On("POST /containers/a/start", 204, "").On("POST /containers/a/update", 200, "{}"),
            "running\n",
            0
        );
        using EngineClient client = await engine.ConnectAsync();
        await new ClusterLife(client, this, TimeProvider.System).StartAsync("lab", [], TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.Contains("POST /containers/a/exec", engine.Requests);
        Assert.DoesNotContain(engine.Requests, request => request.Contains("/archive", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Adding_nodes_is_kubeadm_s_business_there()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Bare);
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(
            await FailsAsync(() => new ClusterLife(client, this, TimeProvider.System).AddAsync("lab", new(), CancellationToken.None))
        );
        Assert.Equal((ErrorCodes.KubernetesByHand, "lab"), (told.Code, told.Where!.Resource));
    }

    [Fact]
    public async Task Before_kubeadm_init_there_is_no_kubeconfig_to_have()
    {
        await using ScriptedEngine engine = new();
        engine
            .WithObjects(Bare)
            .On(
                "GET /containers/lab-control-plane/json",
                200,
                """{"Id":"a","State":{"Status":"running"},"NetworkSettings":{"Ports":{"6443/tcp":[{"HostIp":"127.0.0.1","HostPort":"40000"}]} } }"""
            )
            .On("GET /containers/lab-control-plane/archive", 404, """{"message":"Could not find the file"}""");
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(await FailsAsync(() => new ClusterCatalog(client).KubeconfigAsync("lab", CancellationToken.None)));
        Assert.Equal((ErrorCodes.AdministratorMissing, "nodeforge exec lab-control-plane -- kubeadm init"), (told.Code, told.Hint));
    }

    private static string Kubelet(string version, string cgroups) =>
        BareFiles
            .Of(
                PlanningACluster.Plan(NodeRole.ControlPlane).First,
                KubernetesVersion.TryParse(version, out KubernetesVersion parsed) ? parsed : default,
                Host with
                {
                    CgroupVersion = cgroups,
                }
            )
            .First()
            .Content;

    private static BareCreation Creation(EngineClient client, Timeline timeline, ClusterConfig config) =>
        new(
            new CreationContext(
                client,
                timeline,
                TimeProvider.System,
                config,
                new()
                {
                    Config = config,
                    Time = (default, default),
                    Engine = new("test", new(1, 41), Host) { NodeImage = new("node:1", new() { Id = "sha256:77" }) },
                },
                "c1",
                new CreateOptions()
            )
        );

    private static async Task ScriptNodesAsync(ScriptedEngine engine, ConcurrentBag<string> labels, ConcurrentBag<string> files)
    {
        using MemoryStream image = new();
        await NodeFile.WriteTarAsync(
            [NodeFile.Public("kind/version", "v1.36.2\n"), NodeFile.Public("kind/manifests/default-cni.yaml", "cidr: {{ .PodSubnet }}\n")],
            image,
            TimeProvider.System,
            CancellationToken.None
        );
        byte[] kind = image.ToArray();
        engine.WithObjects().On("POST /networks/create", 201, """{"Id":"net"}""");
        engine.On(
            "POST /containers/create",
            async call =>
            {
                JsonElement body = JsonDocument.Parse(await call.ReadTextAsync()).RootElement;
                if (body.GetProperty("Labels").TryGetProperty("dev.nodeforge.kubernetes", out JsonElement label))
                    labels.Add(label.GetString()!);
                await call.AnswerAsync(201, """{"Id":"a"}""");
            }
        );
        engine.On("GET /containers/a/archive", call => call.StreamAsync([kind]));
        engine.On(
            "PUT /containers/a/archive",
            async call =>
            {
                using TarReader tar = new(new MemoryStream(await call.ReadBodyAsync()));
                while (await tar.GetNextEntryAsync() is { } entry)
                    files.Add(entry.Name);
                await call.AnswerAsync(200, "");
            }
        );
        engine.On("POST /containers/a/start", 204, "").On("POST /containers/lab-", 200, "{}");
        ScriptPrograms(engine, "running\n", 0);
    }

    // The first program of a node is asked for its system's state, the second for containerd.
    private static void ScriptPrograms(ScriptedEngine engine, string system, int containerd)
    {
        engine.On(
            "POST /containers/a/exec",
            async call =>
            {
                bool first = (await call.ReadTextAsync()).Contains("is-system-running", StringComparison.Ordinal);
                await call.AnswerAsync(201, first ? """{"Id":"system"}""" : """{"Id":"containerd"}""");
            }
        );
        engine.On(
            "POST /exec/system/start",
            async call =>
            {
                Stream raw = await call.UpgradeAsync();
                await raw.WriteAsync(ScriptedCall.Frame(1, system));
                await call.EndUpgradedAsync();
            }
        );
        engine.On(
            "POST /exec/containerd/start",
            async call =>
            {
                await call.UpgradeAsync();
                await call.EndUpgradedAsync();
            }
        );
        // systemctl's exit code is 1 for all but "running".
        engine.On("GET /exec/system/json", 200, $$"""{"Running":false,"ExitCode":{{(system == "running\n" ? 0 : 1)}}}""");
        engine.On("GET /exec/containerd/json", 200, $$"""{"Running":false,"ExitCode":{{containerd}}}""");
    }
}

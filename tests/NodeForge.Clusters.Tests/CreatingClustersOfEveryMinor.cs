using System.Diagnostics;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Tests.Played;
using NodeForge.Engines;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Kubeadm;
using NodeForge.TestSupport;

namespace NodeForge.Clusters.Tests;

/// <summary>Whole creations against a kubeadm that plays each minor version out of the table of its phases.</summary>
public sealed class CreatingClustersOfEveryMinor : IForgeReporter, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-played-").FullName;

    public static TheoryData<string> Minors =>
        [.. Enumerable.Range(Changes.OldestMinor, Changes.NewestMinor - Changes.OldestMinor + 1).Select(minor => $"v1.{minor}.0")];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    void IForgeReporter.Report(ForgeEvent happened) { }

    [Theory]
    [MemberData(nameof(Minors))]
    public async Task A_control_plane_and_a_worker_become_Ready_and_each_phase_runs_once(string text)
    {
        KubernetesVersion version = KubernetesVersion.Parse(text);
        await using PlayedCluster played = new(version);

        CreatedCluster created = await CreateAsync(played, new(), new() { Role = NodeRole.Worker });

        Assert.Equal(["lab-control-plane", "lab-worker"], created.Nodes);
        PlayedNode first = played.Nodes.Single(node => node.Name == "lab-control-plane");
        Assert.Equal(first.Ran.Distinct().Count(), first.Ran.Count);
        // What is left out on purpose: the checks and files are ours, the waits too, and nobody reads how to join.
        string[] never =
        [
            "preflight",
            "kubeconfig",
            "wait-control-plane",
            "kubelet-finalize",
            "show-join-command",
            "control-plane",
            "addon",
        ];
        Assert.Equal(KubeadmPhases.Init.Of(version).Except(never).Order(StringComparer.Ordinal), first.Ran.Order(StringComparer.Ordinal));
        Assert.Equal(["kubelet-start"], played.Nodes.Single(node => node.Name == "lab-worker").Ran);
        // What kubeadm's own join leaves, and its upgrade asks for.
        Assert.Equal(
            version.IsAtLeast(1, 34)
                ? []
                : new[]
                {
                    "PATCH /api/v1/nodes/lab-worker "
                        + """{"metadata":{"annotations":{"kubeadm.alpha.kubernetes.io/cri-socket":"""
                        + "\"unix:///run/containerd/containerd.sock\"}}}",
                },
            played.Patches.Where(patch => patch.Contains("annotations", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task A_pod_can_be_made_as_soon_as_the_cluster_is_there()
    {
        await using PlayedCluster played = new(KubernetesVersion.Parse("v1.36.0"));

        await CreateAsync(played, new NodeConfig());

        Assert.Contains(
            """POST /api/v1/namespaces/default/serviceaccounts {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}""",
            played.Patches
        );
    }

    // On both sides of each change in what joins do.
    [Theory]
    [InlineData("v1.20.0")]
    [InlineData("v1.22.0")]
    [InlineData("v1.30.0")]
    [InlineData("v1.31.0")]
    [InlineData("v1.36.0")]
    public async Task Three_control_planes_join_one_after_the_other(string text)
    {
        KubernetesVersion version = KubernetesVersion.Parse(text);
        await using PlayedCluster played = new(version);

        CreatedCluster created = await CreateAsync(played, new(), new(), new());

        Assert.Equal(["lab-control-plane", "lab-control-plane2", "lab-control-plane3"], created.Nodes);
        string[] never = ["preflight", "control-plane-prepare", "control-plane-prepare/kubeconfig", "wait-control-plane"];
        foreach (PlayedNode node in played.Nodes.Where(node => node.Joins))
            Assert.Equal(
                KubeadmPhases.Join.Of(version).Except(never).Order(StringComparer.Ordinal),
                node.Ran.Order(StringComparer.Ordinal)
            );
    }

    [Fact]
    public async Task The_played_kubeadm_refuses_what_the_real_one_refuses()
    {
        await using PlayedCluster played = new(KubernetesVersion.Parse("v1.36.0"));
        PlayedNode node = new("a", null);
        node.Files["kind/kubeadm.conf"] = """{"apiVersion":"kubeadm.k8s.io/v1beta4","kind":"InitConfiguration"}""";
        PlayedKubeadm today = new(KubernetesVersion.Parse("v1.36.0"), node, played),
            old = new(KubernetesVersion.Parse("v1.20.0"), node, played);
        string all = string.Join(',', KubeadmPhases.Init.Of(KubernetesVersion.Parse("v1.36.0")).Except(["show-join-command"]));

        Assert.Contains(
            "depends on bootstrap-token",
            today.Run("init", "--config", "/kind/kubeadm.conf", "--skip-phases", all).Errors,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "invalid phase name: no-such",
            today.Run("init", "--config", "/kind/kubeadm.conf", "--skip-phases", "no-such").Errors,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "connection refused",
            today.Run("init", "phase", "upload-config", "--config", "/kind/kubeadm.conf").Errors,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "no kind \"InitConfiguration\" is registered",
            old.Run("init", "--config", "/kind/kubeadm.conf").Errors,
            StringComparison.Ordinal
        );
        node.Files["kind/kubeadm.conf"] =
            """{"apiVersion":"kubeadm.k8s.io/v1beta4","kind":"ClusterConfiguration","apiServer":{"extraArgs":{"v":"2"}}}""";
        Assert.Contains(
            "cannot unmarshal Object into Go struct field extraArgs",
            today.Run("init", "--config", "/kind/kubeadm.conf").Errors,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("lab-control-plane")]
    [InlineData("lab-worker")]
    public async Task Nothing_is_waited_for_longer_than_the_user_wants_to_wait(string lost)
    {
        await using PlayedCluster played = new(KubernetesVersion.Parse("v1.36.0")) { Lost = lost };
        long begun = Stopwatch.GetTimestamp();
        CreateOptions options = Options with { Wait = TimeSpan.FromSeconds(2), ApiServerWait = TimeSpan.FromMinutes(4) };
        Diagnostic told = (
            await Assert.ThrowsAsync<NodeForgeException>(() => CreateWithAsync(played, options, new(), new() { Role = NodeRole.Worker }))
        ).Diagnostics[0];
        Assert.Equal(lost == "lab-worker" ? ErrorCodes.NodesNotReady : ErrorCodes.ApiServerTimeout, told.Code);
        // Twice: until the nodes have registered, and until they are Ready.
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 2, 60);
    }

    private CreateOptions Options =>
        new()
        {
            SkipChecks = true,
            Kubeconfig = Path.Combine(folder, "kubeconfig"),
            DiagnosticsFolder = Path.Combine(folder, "diagnostics"),
            Wait = TimeSpan.FromSeconds(30),
            ApiServerWait = TimeSpan.FromSeconds(30),
        };

    private Task<CreatedCluster> CreateAsync(PlayedCluster played, params NodeConfig[] nodes) => CreateWithAsync(played, Options, nodes);

    private async Task<CreatedCluster> CreateWithAsync(PlayedCluster played, CreateOptions options, params NodeConfig[] nodes)
    {
        using EngineClient client = await played.Engine.ConnectAsync();
        ClusterProvisioner provisioner = new(client, this, TestHost.In(folder), Path.Combine(folder, "journals"));
        return await provisioner.CreateAsync(new ClusterConfig { Name = "lab", Nodes = nodes }, "node:1", options, CancellationToken.None);
    }
}

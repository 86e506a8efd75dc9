using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Tests.Played;
using NodeForge.Clusters.Upgrading;
using NodeForge.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class UpgradingACluster : IForgeReporter, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-upgrade-").FullName;

    private static readonly string[] Untouched = ["lab-control-plane sha256:0123", "lab-worker sha256:0123"];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    void IForgeReporter.Report(ForgeEvent happened) { }

    [Fact]
    public async Task Control_planes_go_first_each_node_drained_and_kept_aside_until_it_is_Ready()
    {
        await using PlayedUpgrade played = new("v1.35.6", "v1.36.2");
        UpgradedCluster upgraded = await RunAsync(played, null);
        Assert.Equal(
            ["lab-control-plane: v1.35.6 -> v1.36.2", "lab-worker: v1.35.6 -> v1.36.2"],
            upgraded.Nodes.Select(node => $"{node.Name}: {node.From} -> {node.To}")
        );
        Assert.Equal(
            [
                "create lab-new-image",
                "start lab-new-image",
                "PATCH lab-control-plane",
                "kubeadm upgrade apply in lab-control-plane",
                "PATCH lab-control-plane",
                "rename lab-control-plane-before-upgrade",
                "create lab-control-plane",
                "stop lab-control-plane-before-upgrade",
                "start lab-control-plane",
                "remove lab-control-plane-before-upgrade",
                "PATCH lab-control-plane",
                "PATCH lab-worker",
                "kubeadm upgrade node in lab-worker",
                "PATCH lab-worker",
                "rename lab-worker-before-upgrade",
                "create lab-worker",
                "stop lab-worker-before-upgrade",
                "start lab-worker",
                "remove lab-worker-before-upgrade",
                "PATCH lab-worker",
                "remove lab-new-image",
            ],
            played.Done
        );
        Assert.Equal(["lab-control-plane sha256:0456", "lab-worker sha256:0456"], played.Containers);
    }

    [Fact]
    public async Task The_new_container_has_the_old_ones_name_address_ports_labels_and_state_and_its_own_images()
    {
        await using PlayedUpgrade played = new("v1.35.6", "v1.36.2");
        await RunAsync(played, "lab-control-plane");
        JsonElement made = played.Made["lab-control-plane"];
        JsonElement host = made.GetProperty("HostConfig");
        Assert.Equal("lab-control-plane", made.GetProperty("Hostname").GetString());
        Assert.Equal(
            "10.201.0.2",
            made.GetProperty("NetworkingConfig")
                .GetProperty("EndpointsConfig")
                .GetProperty("net")
                .GetProperty("IPAMConfig")
                .GetProperty("IPv4Address")
                .GetString()
        );
        Assert.Equal("127.0.0.1", host.GetProperty("PortBindings").GetProperty("6443/tcp")[0].GetProperty("HostIp").GetString());
        Assert.Equal("example.test", host.GetProperty("DnsSearch")[0].GetString());
        JsonElement labels = made.GetProperty("Labels");
        Assert.Equal(
            ("lab", "sha256:0456", false),
            (
                labels.GetProperty(ClusterLabels.Cluster).GetString(),
                labels.GetProperty(ClusterLabels.Image).GetString(),
                labels.TryGetProperty("of.the.image", out _)
            )
        );
        Assert.Equal(
            ["KUBECONFIG=/etc/kubernetes/admin.conf"],
            made.GetProperty("Env").EnumerateArray().Select(variable => variable.GetString())
        );
        Assert.Equal(
            [
                "bind /lib/modules /lib/modules",
                "volume  /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs",
                "volume kubelet /var/lib/kubelet",
            ],
            host.GetProperty("Mounts")
                .EnumerateArray()
                .Select(mount =>
                    $"{mount.GetProperty("Type").GetString()} {(mount.TryGetProperty("Source", out JsonElement source) ? source.GetString() : string.Empty)} {mount.GetProperty("Target").GetString()}"
                )
                .Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("v1.34.9", null, "NF8070")]
    [InlineData("v1.37.0", null, "NF8070")]
    [InlineData("v1.35.6", "lab-worker", "NF8070")]
    public async Task What_the_rules_forbid_is_told_before_anything_is_changed(string was, string? node, string code)
    {
        await using PlayedUpgrade played = new(was, "v1.36.2");
        IReadOnlyList<Diagnostic> told = await FailsAsync(() => RunAsync(played, node));
        Assert.Contains(told, problem => problem.Code.Id == code);
        Assert.Equal(["create lab-new-image", "remove lab-new-image"], played.Done);
        Assert.Equal(Untouched, played.Containers);
    }

    [Fact]
    public async Task An_image_without_all_that_its_kubeadm_asks_for_is_refused_before_anything_is_changed()
    {
        await using PlayedUpgrade played = new("v1.35.6", "v1.36.2") { Lacks = "registry.k8s.io/etcd:v1.36.2" };
        Diagnostic told = Assert.Single(await FailsAsync(() => RunAsync(played, null)));
        Assert.Equal((ErrorCodes.UpgradeImagesMissing, "without registry.k8s.io/etcd:v1.36.2"), (told.Code, told.Got));
        Assert.Equal(Untouched, played.Containers);
    }

    [Fact]
    public async Task A_dry_run_checks_and_tells_and_changes_nothing()
    {
        await using PlayedUpgrade played = new("v1.35.6", "v1.36.2");
        UpgradedCluster upgraded = await RunAsync(played, null, new("example/node:new") { DryRun = true });
        Assert.Equal(["kubeadm upgrade apply v1.36.2", "drain", "replace", "uncordon"], upgraded.Nodes[0].Steps);
        Assert.Equal(["create lab-new-image", "start lab-new-image", "remove lab-new-image"], played.Done);
    }

    [Fact]
    public async Task A_node_that_does_not_start_on_the_new_image_runs_on_its_old_one_again()
    {
        await using PlayedUpgrade played = new("v1.35.6", "v1.36.2") { Breaks = "lab-control-plane" };
        IReadOnlyList<Diagnostic> told = await FailsAsync(() => RunAsync(played, null));
        Assert.Equal((ErrorCodes.NodePutBack, "lab-control-plane"), (told[^1].Code, told[^1].Where!.Resource));
        Assert.Contains(told, problem => problem.Got?.Contains("it does not start", StringComparison.Ordinal) ?? false);
        Assert.Equal(
            [
                "stop lab-control-plane-before-upgrade",
                "remove lab-control-plane",
                "rename lab-control-plane",
                "start lab-control-plane",
                "PATCH lab-control-plane",
                "remove lab-new-image",
            ],
            played.Done.TakeLast(6)
        );
        Assert.Equal(Untouched, played.Containers);
    }

    [Fact]
    public async Task A_node_that_cannot_be_put_back_is_told_with_the_commands_that_do_it()
    {
        await using PlayedUpgrade played = new("v1.35.6", "v1.36.2") { Breaks = "lab-control-plane", StaysAside = true };
        IReadOnlyList<Diagnostic> told = await FailsAsync(() => RunAsync(played, null));
        Assert.Equal((ErrorCodes.NodeNotPutBack, "lab-control-plane"), (told[^1].Code, told[^1].Where!.Resource));
        Assert.Contains("docker rename lab-control-plane-before-upgrade lab-control-plane", told[^1].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_kubeadm_fails_the_node_was_never_touched_and_takes_pods()
    {
        await using PlayedUpgrade played = new("v1.35.6", "v1.36.2") { KubeadmFails = "lab-control-plane" };
        IReadOnlyList<Diagnostic> told = await FailsAsync(() => RunAsync(played, null));
        Assert.Equal([ErrorCodes.NodeProgramFailed, ErrorCodes.NodePutBack], told.Select(problem => problem.Code));
        Assert.DoesNotContain(
            played.Done,
            step => step.StartsWith("rename", StringComparison.Ordinal) || step.StartsWith("stop", StringComparison.Ordinal)
        );
        Assert.Equal(Untouched, played.Containers);
    }

    [Fact]
    public async Task What_an_interrupted_upgrade_left_is_told_with_the_way_out()
    {
        await using PlayedUpgrade played = new("v1.35.6", "v1.36.2");
        played.Add("aside", new("lab-worker-before-upgrade", ClusterLabels.Worker, "sha256:0123"));
        Diagnostic told = Assert.Single(await FailsAsync(() => RunAsync(played, null)));
        Assert.Equal((ErrorCodes.UpgradeInterrupted, "lab-worker"), (told.Code, told.Where!.Resource));
        Assert.Contains("docker rename lab-worker-before-upgrade lab-worker", told.Hint, StringComparison.Ordinal);
        Assert.Empty(played.Done);
    }

    [Fact]
    public async Task A_cluster_whose_nodes_have_the_image_is_left_alone()
    {
        await using PlayedUpgrade played = new("v1.36.2", "v1.36.2");
        played.Add("cp", new("lab-control-plane", ClusterLabels.ControlPlane, "sha256:0456") { Running = true });
        played.Add("wk", new("lab-worker", ClusterLabels.Worker, "sha256:0456") { Running = true });
        Assert.Empty((await RunAsync(played, null)).Nodes);
        Assert.Equal(["create lab-new-image", "start lab-new-image", "remove lab-new-image"], played.Done);
    }

    private async Task<UpgradedCluster> RunAsync(PlayedUpgrade played, string? node, UpgradeOptions? options = null)
    {
        using EngineClient engine = await played.Engine.ConnectAsync();
        options ??= new("example/node:new") { Wait = TimeSpan.FromSeconds(20) };
        return await new ClusterUpgrade(engine, this, TimeProvider.System).RunAsync(
            "lab",
            node,
            options with
            {
                DiagnosticsFolder = folder,
            },
            CancellationToken.None
        );
    }
}

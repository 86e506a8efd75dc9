using System.Net;
using System.Net.Sockets;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Nodes;
using NodeForge.EndToEnd.Tests.Disturbances;
using NodeForge.EndToEnd.Tests.Engines;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>Each fault is told with its cause, nothing is left in the engine, and the kubeconfig is the same byte for byte.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class When_a_creation_fails : IAsyncLifetime
{
    private const string Kubeconfig = "# mine\napiVersion: v1\nkind: Config\ncontexts: []\ncurrent-context: \"\"\n";

    private readonly string name = "nf-e2e-" + Path.GetRandomFileName()[..6];
    private readonly string folder = Directory.CreateTempSubdirectory("nf-cluster-").FullName;
    private EngineClient engine = null!;

    private string KubeconfigPath => Path.Combine(folder, "kubeconfig");

    private string Journals => Path.Combine(folder, "creations");

    private CreateOptions Options => new() { Kubeconfig = KubeconfigPath, DiagnosticsFolder = Path.Combine(folder, "diagnostics") };

    public async ValueTask InitializeAsync()
    {
        engine = await EngineClient.ConnectAsync(new EngineDiscovery(HostEnvironment.FromProcess()).Find(), CancellationToken.None);
        await File.WriteAllTextAsync(KubeconfigPath, Kubeconfig);
    }

    public async ValueTask DisposeAsync()
    {
        await Of(engine).DeleteAsync(name, KubeconfigPath, CancellationToken.None);
        engine.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_who_holds_it()
    {
        using TcpListener holder = new(IPAddress.Loopback, 0);
        holder.Start();
        int port = ((IPEndPoint)holder.LocalEndpoint).Port;
        ClusterConfig config = new() { Name = name, Nodes = [new() { Ports = [new(80, port) { ListenAddress = "127.0.0.1" }] }] };

        NodeForgeException told = await FailsAsync(config, NodeImage.Reference);

        Assert.Equal(ErrorCodes.EnginePortTaken, told.Diagnostics[0].Code);
        Assert.StartsWith($"port {port} is held by process {Environment.ProcessId} (", told.Diagnostics[0].Got, StringComparison.Ordinal);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_node_that_dies_at_boot_is_told_with_its_last_words()
    {
        string image = $"nodeforge-test/{name}:dies";
        await engine.Images.LoadAsync(
            (stream, token) => BusyboxArchive.WriteNodeAsync(stream, image, "echo 'no cgroups for me' && exit 3", token),
            null,
            CancellationToken.None
        );

        NodeForgeException told = await FailsAsync(new() { Name = name }, image);

        Assert.Equal(ErrorCodes.NodeDied, told.Diagnostics[0].Code);
        Assert.StartsWith("exit code 3: no cgroups for me", told.Diagnostics[0].Got, StringComparison.Ordinal);
        Assert.StartsWith(
            "no cgroups for me",
            await File.ReadAllTextAsync(
                Assert.Single(Directory.GetFiles(Path.Combine(folder, "diagnostics"), "console.log", SearchOption.AllDirectories))
            ),
            StringComparison.Ordinal
        );
        await AssertNothingLeftAsync();
        await engine.Images.RemoveAsync(image, force: true, CancellationToken.None);
    }

    [Fact]
    public async Task An_API_server_that_never_answers_is_told_with_what_it_said()
    {
        ClusterConfig config = new()
        {
            Name = name,
            Patches = new() { Merges = ["{kind: ClusterConfiguration, apiServer: {extraArgs: {no-such-flag: \"yes\"}}}"] },
        };

        NodeForgeException told = await FailsAsync(config, NodeImage.Reference, Options with { ApiServerWait = TimeSpan.FromSeconds(25) });

        Diagnostic problem = told.Diagnostics[0];
        Assert.Equal(ErrorCodes.ApiServerTimeout, problem.Code);
        Assert.Contains("kube-apiserver: Error: unknown flag: --no-such-flag", problem.Got, StringComparison.Ordinal);
        string logs = problem.Hint!.Split("logs: ")[1];
        Assert.True(File.Exists(Path.Combine(logs, $"{name}-control-plane", "kubelet.log")), problem.Hint);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_disk_without_room_for_a_node_is_told_by_the_one_who_met_it()
    {
        // etcd takes 64 MiB for its log as it starts.
        await using SmallDisk disk = await SmallDisk.MountAsync(Path.Combine(folder, "etcd"), 16);
        ClusterConfig config = new() { Name = name, Nodes = [new() { Mounts = [new(disk.Folder, "/var/lib/etcd")] }] };

        // Long before the API server's time is over.
        NodeForgeException told = await FailsAsync(config, NodeImage.Reference);

        Diagnostic problem = Assert.Single(told.Diagnostics);
        Assert.Equal((ErrorCodes.DiskFull, $"{name}-control-plane"), (problem.Code, problem.Where!.Resource));
        Assert.Contains("no space left on device", problem.Got, StringComparison.Ordinal);
        string logs = Path.Combine(problem.Hint!.Split("logs: ")[1], $"{name}-control-plane");
        Assert.Matches(@"(?m)16384 .* /var/lib/etcd$", await File.ReadAllTextAsync(Path.Combine(logs, "disks.txt")));
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Two_creations_of_one_name_make_one_cluster()
    {
        Task<CreatedCluster>[] both =
        [
            .. Enumerable
                .Range(0, 2)
                .Select(_ => Of(engine).CreateAsync(new() { Name = name }, NodeImage.Reference, Options, CancellationToken.None)),
        ];
        await Task.WhenAny(both);
        NodeForgeException told = await Assert.ThrowsAsync<NodeForgeException>(() => Task.WhenAll(both));
        Assert.Equal(ErrorCodes.ClusterBusy, told.Diagnostics[0].Code);

        CreatedCluster made = await Assert.Single(both, creation => creation.IsCompletedSuccessfully);
        Assert.Equal(["running"], (await new ClusterCatalog(engine).NodesAsync(name, CancellationToken.None)).Select(node => node.State));
        Assert.Equal("ok", await ApiServer.ReadyAsync(made.ApiServer.Port));
    }

    [Fact]
    public async Task Another_machine_s_creation_on_the_same_engine_is_left_alone()
    {
        // Another machine has its own journal: only the engine knows of both.
        ClusterProvisioner elsewhere = new(
            engine,
            SilentReporter.Instance,
            HostEnvironment.FromProcess(),
            Path.Combine(folder, "elsewhere")
        );
        Task<CreatedCluster>[] both =
        [
            Of(engine).CreateAsync(new() { Name = name }, NodeImage.Reference, Options, CancellationToken.None),
            elsewhere.CreateAsync(
                new() { Name = name },
                NodeImage.Reference,
                Options with
                {
                    Kubeconfig = Path.Combine(folder, "other"),
                },
                CancellationToken.None
            ),
        ];
        NodeForgeException told = await Assert.ThrowsAsync<NodeForgeException>(() => Task.WhenAll(both));
        Assert.Contains(told.Diagnostics[0].Code, new[] { ErrorCodes.EngineNameTaken, ErrorCodes.ClusterExists });

        CreatedCluster made = await Assert.Single(both, creation => creation.IsCompletedSuccessfully);
        Assert.Equal("ok", await ApiServer.ReadyAsync(made.ApiServer.Port));
    }

    [Fact]
    public async Task An_engine_that_goes_away_leaves_a_half_made_cluster_which_the_next_run_knows()
    {
        await using CuttableEngine cuttable = new();
        using EngineClient client = await EngineClient.ConnectAsync(cuttable.Endpoint, CancellationToken.None);
        Task<CreatedCluster> creating = Of(client).CreateAsync(new() { Name = name }, NodeImage.Reference, Options, CancellationToken.None);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(60),
            async () => (await new ClusterCatalog(engine).NodesAsync(name, CancellationToken.None)).Any(node => node.State == "running")
        );
        await cuttable.CutAsync();

        NodeForgeException told = await Assert.ThrowsAsync<NodeForgeException>(() => creating);
        Assert.Contains(told.Diagnostics[0].Code, new[] { ErrorCodes.EngineLost, ErrorCodes.EngineUnreachable });
        Assert.Equal(Kubeconfig, await File.ReadAllTextAsync(KubeconfigPath));

        await using CuttableEngine back = new(cuttable.Endpoint.Address.LocalPath);
        using EngineClient again = await EngineClient.ConnectAsync(back.Endpoint, CancellationToken.None);
        NodeForgeException next = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Of(again).CreateAsync(new() { Name = name }, NodeImage.Reference, Options, CancellationToken.None)
        );
        Assert.Equal(ErrorCodes.ClusterHalfMade, next.Diagnostics[0].Code);

        Assert.True(await Of(again).DeleteAsync(name, KubeconfigPath, CancellationToken.None));
        await AssertNothingLeftAsync();
    }

    private ClusterProvisioner Of(EngineClient client) => new(client, SilentReporter.Instance, HostEnvironment.FromProcess(), Journals);

    private Task<NodeForgeException> FailsAsync(ClusterConfig config, string image, CreateOptions? options = null) =>
        Assert.ThrowsAsync<NodeForgeException>(() => Of(engine).CreateAsync(config, image, options ?? Options, CancellationToken.None));

    private async Task AssertNothingLeftAsync()
    {
        Assert.Empty(await engine.Containers.ListAsync([$"io.x-k8s.kind.cluster={name}"], CancellationToken.None));
        Assert.Empty(await engine.Networks.ListAsync([$"dev.nodeforge.cluster={name}"], CancellationToken.None));
        Assert.Empty(await engine.Volumes.ListAsync([$"dev.nodeforge.cluster={name}"], CancellationToken.None));
        Assert.Empty(Directory.GetFiles(Journals));
        Assert.Equal(Kubeconfig, await File.ReadAllTextAsync(KubeconfigPath));
    }
}

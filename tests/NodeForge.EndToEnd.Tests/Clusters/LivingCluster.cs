using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>A control plane and a worker, made once for everything that is done to a running cluster.</summary>
public sealed class LivingCluster : IAsyncLifetime
{
    private EngineClient? engine;

    public string Name { get; } = "nf-life-" + Path.GetRandomFileName()[..6];

    /// <summary>A folder of the tests' own; it goes with them.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("nf-life-").FullName;

    public string Kubeconfig => Path.Combine(Folder, "kubeconfig");

    /// <summary>What the worker sees read-only at /shared.</summary>
    public string Shared => Path.Combine(Folder, "shared");

    public string ControlPlane => $"{Name}-control-plane";

    public string Worker => $"{Name}-worker";

    internal EngineClient Engine => engine ?? throw new InvalidOperationException("there is no engine");

    internal ClusterProvisioner Provisioner => new(Engine, SilentReporter.Instance, HostEnvironment.FromProcess());

    public async ValueTask InitializeAsync()
    {
        await NodeImage.IntoEngineAsync();
        engine = await EngineClient.ConnectAsync(new EngineDiscovery(HostEnvironment.FromProcess()).Find(), CancellationToken.None);
        Directory.CreateDirectory(Shared);
        await File.WriteAllTextAsync(Path.Combine(Shared, "greeting"), "hello");
        NodeConfig worker = new()
        {
            Role = NodeRole.Worker,
            Labels = new Dictionary<string, string> { ["tier"] = "back" },
            Mounts = [new(Shared, "/shared") { ReadOnly = true }],
            Ports = [new(30080, 0) { ListenAddress = "127.0.0.1" }],
        };
        ClusterConfig config = new()
        {
            Name = Name,
            Nodes = [new(), worker],
            Containerd = new() { Merges = ["[plugins.\"io.containerd.grpc.v1.cri\"]\nmax_container_log_line_size = 65536"] },
        };
        await Provisioner.CreateAsync(
            config,
            NodeImage.Reference,
            new() { Kubeconfig = Kubeconfig, DiagnosticsFolder = Folder },
            CancellationToken.None
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (engine is not null)
        {
            await Provisioner.DeleteAsync(Name, Kubeconfig, CancellationToken.None);
            engine.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Runs the command line as a user does, against this cluster.</summary>
    internal static Task<ProgramRun> NodeForgeAsync(params string[] arguments) => ProgramRun.TryAsync(Checkout.NodeForge(arguments));

    /// <summary>Runs a program in a node, which has to end well.</summary>
    internal async Task<string> RunAsync(string node, params string[] command)
    {
        using MemoryStream output = new();
        int code = await Engine.Containers.ExecAsync(node, new ExecSpec(command), (Stream?)null, output, output, CancellationToken.None);
        string text = System.Text.Encoding.UTF8.GetString(output.ToArray());
        Assert.True(code == 0, $"{string.Join(' ', command)} in {node} returned {code}: {text}");
        return text;
    }

    internal Task<string> KubectlAsync(params string[] arguments) =>
        RunAsync(ControlPlane, ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", .. arguments]);

    /// <summary>Waits until what kubectl says is what is wanted.</summary>
    internal async Task AwaitAsync(string wanted, TimeSpan patience, params string[] arguments)
    {
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        string said;
        while ((said = await KubectlAsync(arguments)) != wanted)
        {
            Assert.True(
                System.Diagnostics.Stopwatch.GetElapsedTime(begun) < patience,
                $"kubectl {string.Join(' ', arguments)} said '{said}', not '{wanted}', for {patience}"
            );
            await Task.Delay(TimeSpan.FromMilliseconds(500));
        }
    }
}

[CollectionDefinition(Name)]
public sealed class LivingClusterCollection : ICollectionFixture<LivingCluster>
{
    public const string Name = "living cluster";
}

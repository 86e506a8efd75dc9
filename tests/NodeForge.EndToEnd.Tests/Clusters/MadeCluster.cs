using System.Text;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>A cluster from the node image, made as the command line makes it, with what a test asks of it.</summary>
internal sealed class MadeCluster : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-cluster-").FullName;

    private MadeCluster(EngineClient engine, ClusterConfig config)
    {
        Engine = engine;
        Config = config;
    }

    public EngineClient Engine { get; private set; }

    public ClusterConfig Config { get; }

    public string Name => Config.Name;

    public string KubeconfigPath => Path.Combine(folder, "kubeconfig");

    public string First => $"{Name}-control-plane";

    public ClusterProvisioner Provisioner => new(Engine, SilentReporter.Instance, HostEnvironment.FromProcess());

    public ClusterLife Life => new(Engine, SilentReporter.Instance, TimeProvider.System);

    /// <summary>Node names, the load balancer's not among them.</summary>
    public IReadOnlyList<string> Nodes { get; private set; } = [];

    public IEnumerable<string> Workers => Nodes.Where(node => node.Contains("-worker", StringComparison.Ordinal));

    public IEnumerable<string> ControlPlanes => Nodes.Where(node => node.Contains("-control-plane", StringComparison.Ordinal));

    public static Task<MadeCluster> CreateAsync(params NodeConfig[] nodes) => CreateAsync(new ClusterConfig { Nodes = nodes });

    /// <summary>Makes it under a name of its own, and removes it again when that fails.</summary>
    public static async Task<MadeCluster> CreateAsync(
        ClusterConfig config,
        string image = NodeImages.NodeImage.Reference,
        CreateOptions? how = null
    )
    {
        EngineClient engine = await EngineClient.ConnectAsync(
            new EngineDiscovery(HostEnvironment.FromProcess()).Find(),
            CancellationToken.None
        );
        MadeCluster cluster = new(engine, config with { Name = "nf-e2e-" + Path.GetRandomFileName()[..6] });
        try
        {
            CreateOptions options = (how ?? new()) with { Kubeconfig = cluster.KubeconfigPath };
            cluster.Nodes = (await cluster.Provisioner.CreateAsync(cluster.Config, image, options, CancellationToken.None)).Nodes;
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A program in a node; it has to return 0.</summary>
    public async Task<string> RunAsync(string node, params string[] command)
    {
        (int code, string said) = await TryRunAsync(node, command, null);
        Assert.True(code == 0, $"{node}: {string.Join(' ', command)}\nreturned {code} and said:\n{said}");
        return said.Trim();
    }

    public async Task<(int Code, string Said)> TryRunAsync(string node, IReadOnlyList<string> command, Stream? input)
    {
        using MemoryStream output = new();
        int code = await Engine.Containers.ExecAsync(node, new ExecSpec(command), input, output, output, CancellationToken.None);
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }

    /// <summary>kubectl in a control plane, with the administrator's configuration: where there is a balancer it goes through
    /// that.</summary>
    public Task<string> KubectlAsync(params string[] arguments) => KubectlAtAsync(First, arguments);

    public Task<string> KubectlAtAsync(string node, params string[] arguments) =>
        RunAsync(node, ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", .. arguments]);

    public async Task ApplyAsync(string manifest)
    {
        using MemoryStream input = new(Encoding.UTF8.GetBytes(manifest));
        (int code, string said) = await TryRunAsync(
            First,
            ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "apply", "-f", "-"],
            input
        );
        Assert.True(code == 0, said);
    }

    /// <summary>Nodes that say they are Ready.</summary>
    public async Task<string[]> ReadyAsync(string? asked = null)
    {
        (_, string said) = await TryRunAsync(
            asked ?? First,
            ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--request-timeout=5s", "get", "nodes", "--no-headers"],
            null
        );
        string[][] rows =
        [
            .. said.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        ];
        return [.. rows.Where(row => row is [_, "Ready", ..]).Select(row => row[0]).Order(StringComparer.Ordinal)];
    }

    /// <summary>Every node is Ready, and its kubelet has said so just now: what stands in etcd after a restart is of before.</summary>
    public async Task AllReadyAsync(TimeSpan within, string? asked = null)
    {
        DateTimeOffset since = DateTimeOffset.UtcNow;
        string[] all = [.. Nodes.Order(StringComparer.Ordinal)];
        await Eventually.EqualAsync(
            string.Join(' ', all),
            within,
            async () =>
            {
                string[] heard = await HeardSinceAsync(since, asked ?? First);
                return string.Join(' ', (await ReadyAsync(asked)).Intersect(heard));
            }
        );
    }

    private async Task<string[]> HeardSinceAsync(DateTimeOffset since, string asked)
    {
        const string fields = "{range .items[*]}{.metadata.name}|{.spec.renewTime}{\"\\n\"}{end}";
        string leases = await KubectlAtAsync(
            asked,
            "--request-timeout=5s",
            "--namespace=kube-node-lease",
            "get",
            "leases",
            "-o",
            "jsonpath=" + fields
        );
        string[][] rows = [.. leases.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|'))];
        return
        [
            .. rows.Where(row => DateTimeOffset.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture) > since)
                .Select(row => row[0]),
        ];
    }

    /// <summary>Where a node's port is on this machine.</summary>
    public async Task<int> HostPortAsync(string container, int port)
    {
        ContainerDetails? details = await Engine.Containers.FindAsync(container, CancellationToken.None);
        return int.Parse(details!.NetworkSettings.Ports![$"{port}/tcp"]![0].HostPort, System.Globalization.CultureInfo.InvariantCulture);
    }

    public Task StopAsync(string node) => Engine.Containers.StopAsync(node, TimeSpan.FromSeconds(30), CancellationToken.None);

    public Task StartAsync(string node) => Engine.Containers.StartAsync(node, CancellationToken.None);

    /// <summary>After the engine was away.</summary>
    public async Task ReconnectAsync()
    {
        Engine.Dispose();
        Engine = await EngineClient.ConnectAsync(new EngineDiscovery(HostEnvironment.FromProcess()).Find(), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Provisioner.DeleteAsync(Name, KubeconfigPath, CancellationToken.None);
        Engine.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}

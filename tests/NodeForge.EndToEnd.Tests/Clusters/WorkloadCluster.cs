using NodeForge.Clusters.Configuration;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>One control plane and two workers, with the workload on it: made once for all tests that leave it whole.</summary>
public sealed class WorkloadCluster : IAsyncLifetime
{
    // So that a node that is away is noticed before a test's patience ends; the default is 40 s.
    private const string QuickEyes = """
        kind: ClusterConfiguration
        controllerManager: {extraArgs: {node-monitor-grace-period: 16s, node-monitor-period: 2s}}
        """;

    private MadeCluster? cluster;
    private Workload? workload;

    internal MadeCluster Cluster => cluster ?? throw new InvalidOperationException("the cluster was not made");

    internal Workload Workload => workload ?? throw new InvalidOperationException("the workload was not started");

    public async ValueTask InitializeAsync()
    {
        await NodeImage.IntoEngineAsync();
        cluster = await MadeCluster.CreateAsync(
            new ClusterConfig
            {
                Nodes = [Node(NodeRole.ControlPlane), Node(NodeRole.Worker), Node(NodeRole.Worker)],
                Patches = new() { Merges = [QuickEyes] },
            }
        );
        workload = await Workload.StartAsync(cluster);
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
            await cluster.DisposeAsync();
    }

    private static NodeConfig Node(NodeRole role) =>
        new() { Role = role, Ports = [new(Workload.NodePort, 0) { ListenAddress = "127.0.0.1" }] };
}

[CollectionDefinition(Name)]
public sealed class WorkloadClusterCollection : ICollectionFixture<WorkloadCluster>
{
    public const string Name = "workload cluster";
}

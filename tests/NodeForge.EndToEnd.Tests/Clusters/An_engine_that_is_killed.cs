using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines.Containers;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>The engine's processes are killed as a crash or a power cut does, and started again: clusters of every form come back by
/// themselves.</summary>
[Trait("Category", "Long")]
[Collection(NodeImageCollection.Name)]
public sealed class An_engine_that_is_killed : IAsyncLifetime
{
    private readonly List<MadeCluster> clusters = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await OwnEngine.StartAsync();
        foreach (MadeCluster cluster in clusters)
        {
            await cluster.ReconnectAsync();
            await cluster.DisposeAsync();
        }
    }

    [OwnEngineFact]
    public async Task Finds_a_single_node_workers_and_several_control_planes_Ready_again()
    {
        clusters.Add(await MadeCluster.CreateAsync(Node(NodeRole.ControlPlane)));
        clusters.Add(await MadeCluster.CreateAsync(Node(NodeRole.ControlPlane), Node(NodeRole.Worker)));
        clusters.Add(await MadeCluster.CreateAsync(Node(NodeRole.ControlPlane), Node(NodeRole.ControlPlane), Node(NodeRole.ControlPlane)));
        Workload workload = await Workload.StartAsync(clusters[1]);
        await AssertNobodyElseAsync();

        await OwnEngine.KillAsync();
        await OwnEngine.StartAsync();

        foreach (MadeCluster cluster in clusters)
        {
            await cluster.ReconnectAsync();
            await cluster.AllReadyAsync(Workload.Patience);
        }

        await workload.SettledAsync();
        await workload.AnswersAsync(await clusters[1].HostPortAsync(clusters[1].First, Workload.NodePort));
        int balanced = await clusters[2].HostPortAsync($"{clusters[2].Name}-external-load-balancer", 6443);
        await Eventually.EqualAsync("ok", Workload.Patience, () => ApiServer.ReadyAsync(balanced));
    }

    [OwnEngineFact]
    public async Task Leaves_stopped_what_its_user_had_stopped()
    {
        MadeCluster cluster = await MadeCluster.CreateAsync(Node(NodeRole.ControlPlane));
        clusters.Add(cluster);
        await cluster.Life.StopAsync(cluster.Name, [], CancellationToken.None);
        await AssertNobodyElseAsync();

        await OwnEngine.KillAsync();
        await OwnEngine.StartAsync();

        await cluster.ReconnectAsync();
        Assert.Equal(
            ["exited"],
            (await new ClusterCatalog(cluster.Engine).NodesAsync(cluster.Name, CancellationToken.None)).Select(node => node.State)
        );
        await cluster.Life.StartAsync(cluster.Name, [], TimeSpan.Zero, CancellationToken.None);
        await cluster.AllReadyAsync(Workload.Patience);
    }

    private async Task AssertNobodyElseAsync()
    {
        IReadOnlyList<ContainerSummary> all = await clusters[0].Engine.Containers.ListAsync([], CancellationToken.None);
        string[] others =
        [
            .. all.Where(container =>
                    container.State == "running"
                    && !clusters.Any(cluster => container.Name.StartsWith(cluster.Name, StringComparison.Ordinal))
                )
                .Select(container => container.Name),
        ];
        Assert.True(others.Length == 0, $"others use this engine, which is not killed under them: {string.Join(", ", others)}");
    }

    private static NodeConfig Node(NodeRole role) =>
        new() { Role = role, Ports = [new(Workload.NodePort, 0) { ListenAddress = "127.0.0.1" }] };
}

using NodeForge.Clusters.Configuration;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>Kind builds and we boot: the node image's contract holds in this direction too.</summary>
[Trait("Category", "Long")]
[Collection(NodeImageCollection.Name)]
public sealed class A_node_image_that_kind_built : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-kind-built-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Becomes_a_cluster_that_is_Ready_and_runs_pods()
    {
        await using KindBuild image = await KindBuild.RunAsync(folder);
        await using MadeCluster cluster = await MadeCluster.CreateAsync(
            new ClusterConfig { Nodes = [new(), new() { Role = NodeRole.Worker }] },
            image.Reference
        );

        Assert.Equal(cluster.Nodes.Order(StringComparer.Ordinal), await cluster.ReadyAsync());
        // It is kind's: of what our builds leave in an image nothing is there.
        await cluster.RunAsync(cluster.First, "test", "!", "-e", "/usr/lib/nodeforge/image.json");
        Assert.Contains(
            "registry.k8s.io/pause:3.9",
            await cluster.RunAsync(cluster.First, "ctr", "--namespace", "k8s.io", "images", "list", "-q"),
            StringComparison.Ordinal
        );

        Workload workload = await Workload.StartAsync(cluster);
        await workload.SettledAsync();
    }
}

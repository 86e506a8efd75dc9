using NodeForge.EndToEnd.Tests.Containerd;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>kind 0.27 of Debian trixie takes a cluster of ours for one of its own.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class Debians_kind_on_our_clusters(NodeImage node)
{
    [Fact]
    public async Task Lists_it_exports_its_logs_and_deletes_it()
    {
        string kind = Path.Combine(await DebianPackages.UnpackAsync("trixie", "kind"), "usr/bin/kind");
        await using MadeCluster cluster = await MadeCluster.CreateAsync(
            new NodeForge.Clusters.Configuration.NodeConfig(),
            new() { Role = NodeForge.Clusters.Configuration.NodeRole.Worker }
        );
        Dictionary<string, string?> settings = new() { ["KUBECONFIG"] = cluster.KubeconfigPath };

        Assert.Contains(cluster.Name, (await RunAsync("get", "clusters")).Output.Split('\n'));
        Assert.Equal(
            [cluster.First, $"{cluster.Name}-worker"],
            (await RunAsync("get", "nodes", "--name", cluster.Name))
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Order(StringComparer.Ordinal)
        );
        string logs = Path.Combine(node.Folder, cluster.Name + "-logs");
        await RunAsync("export", "logs", logs, "--name", cluster.Name);
        Assert.NotEmpty(await File.ReadAllTextAsync(Path.Combine(logs, cluster.First, "kubelet.log")));

        await RunAsync("delete", "cluster", "--name", cluster.Name);
        Assert.Empty(await cluster.Engine.Containers.ListAsync([$"io.x-k8s.kind.cluster={cluster.Name}"], CancellationToken.None));
        Assert.DoesNotContain(cluster.Name, await File.ReadAllTextAsync(cluster.KubeconfigPath), StringComparison.Ordinal);

        async Task<ProgramRun> RunAsync(params string[] arguments) =>
            (await ProgramRun.TryAsync([kind, .. arguments], settings)).Succeeded();
    }
}

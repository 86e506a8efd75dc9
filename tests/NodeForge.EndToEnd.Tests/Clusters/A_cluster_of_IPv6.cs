using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

[Trait("Category", "Long")]
[Collection(NodeImageCollection.Name)]
public sealed class A_cluster_of_IPv6(IPv6Cluster made) : IClassFixture<IPv6Cluster>
{
    [Fact]
    public async Task Has_nodes_pods_and_services_of_IPv6_alone()
    {
        Assert.Equal(made.Cluster.Nodes.Order(StringComparer.Ordinal), await made.Cluster.ReadyAsync());
        string nodes = await made.Cluster.KubectlAsync(
            "get",
            "nodes",
            "-o",
            "jsonpath={.items[*].status.addresses[?(@.type==\"InternalIP\")].address}"
        );
        Assert.All(nodes.Split(' '), address => Assert.StartsWith("fd", address, StringComparison.Ordinal));
        Assert.Equal(
            "fd00:10:96::1",
            await made.Cluster.KubectlAsync("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIPs[*]}")
        );
        IReadOnlyList<WorkloadPod> pods = await made.PodsThatHearEachOtherAsync();
        Assert.All(pods, pod => Assert.StartsWith("fd00:10:244:", Assert.Single(pod.Addresses), StringComparison.Ordinal));
        await Eventually.TrueAsync(
            Workload.Patience,
            async () =>
                (await made.Cluster.KubectlAsync("exec", pods[^1].Name, "--", "/kubectl", "get", "--raw", "/version")).Contains(
                    "v1.20.2",
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public async Task Is_reached_at_this_machine_s_own_IPv6_address_before_and_after_a_restart()
    {
        Assert.Contains("server: https://[::1]:", await File.ReadAllTextAsync(made.Cluster.KubeconfigPath), StringComparison.Ordinal);
        await AnswersAsync();
        await made.RestartAsync();
        await made.PodsThatHearEachOtherAsync();
        await AnswersAsync();
    }

    private async Task AnswersAsync()
    {
        foreach (string node in made.Cluster.Nodes)
            await made.Workload.AnswersAsync(await made.Cluster.HostPortAsync(node, Workload.NodePort), "[::1]");
    }
}

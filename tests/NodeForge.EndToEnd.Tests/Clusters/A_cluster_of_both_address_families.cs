using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

[Trait("Category", "Long")]
[Collection(NodeImageCollection.Name)]
public sealed class A_cluster_of_both_address_families(DualStackCluster made) : IClassFixture<DualStackCluster>
{
    private static readonly string Service = $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: web-ipv6}
        spec:
          type: NodePort
          ipFamilies: [IPv6]
          selector: {app: web}
          ports: [{port: {{Workload.ServicePort}}, targetPort: {{Workload.PodPort}}, nodePort: {{FamilyCluster.SecondNodePort}}}]
        """;

    [Fact]
    public async Task Gives_pods_an_address_of_each_before_and_after_a_restart()
    {
        Assert.Equal(made.Cluster.Nodes.Order(StringComparer.Ordinal), await made.Cluster.ReadyAsync());
        AssertBoth(await made.PodsThatHearEachOtherAsync());
        await made.RestartAsync();
        AssertBoth(await made.PodsThatHearEachOtherAsync());
    }

    [Fact]
    public async Task Has_services_of_each()
    {
        await made.Cluster.ApplyAsync(Service);
        Assert.StartsWith(
            "10.96.",
            await made.Cluster.KubectlAsync("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"),
            StringComparison.Ordinal
        );
        string service = await made.Cluster.KubectlAsync("get", "service", "web-ipv6", "-o", "jsonpath={.spec.clusterIP}");
        Assert.StartsWith("fd00:10:96::", service, StringComparison.Ordinal);
        WorkloadPod asking = (await made.Workload.PodsAsync())[0];
        await Eventually.TrueAsync(
            Workload.Patience,
            async () =>
                (await made.Workload.AskFromAsync(asking, service, Workload.ServicePort)).StartsWith("web-", StringComparison.Ordinal)
        );
        foreach (string node in made.Cluster.Nodes)
            await made.Workload.AnswersAsync(await made.Cluster.HostPortAsync(node, FamilyCluster.SecondNodePort), "[::1]");
    }

    private static void AssertBoth(IEnumerable<WorkloadPod> pods) =>
        Assert.All(
            pods,
            pod =>
            {
                Assert.Equal(2, pod.Addresses.Count);
                Assert.StartsWith("10.244.", pod.Addresses[0], StringComparison.Ordinal);
                Assert.StartsWith("fd00:10:244:", pod.Addresses[1], StringComparison.Ordinal);
            }
        );
}

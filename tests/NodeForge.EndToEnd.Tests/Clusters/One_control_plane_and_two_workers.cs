namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>What a user expects of any cluster: pods, services and ports work across its nodes.</summary>
[Trait("Category", "EndToEnd")]
[Collection(WorkloadClusterCollection.Name)]
public sealed class One_control_plane_and_two_workers(WorkloadCluster made) : IAsyncLifetime
{
    private MadeCluster Cluster => made.Cluster;

    private Workload Workload => made.Workload;

    public ValueTask InitializeAsync() => new(Workload.SettledAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Are_all_Ready()
    {
        Assert.Equal(3, Cluster.Nodes.Count);
        Assert.Equal(Cluster.Nodes.Order(StringComparer.Ordinal), await Cluster.ReadyAsync());
    }

    [Fact]
    public async Task Share_the_pods_of_a_Deployment_which_rolls_on_to_its_next_version()
    {
        string[] before = [.. (await Workload.PodsAsync()).Select(pod => pod.Name)];
        Assert.Equal(
            Cluster.Workers.Order(StringComparer.Ordinal),
            (await Workload.PodsAsync()).Select(pod => pod.Node).Distinct().Order(StringComparer.Ordinal)
        );

        await Cluster.KubectlAsync("set", "env", "deployment/web", "VERSION=2");
        await Workload.RolledOutAsync();

        IReadOnlyList<WorkloadPod> after = await Workload.PodsAsync();
        Assert.Equal(Workload.Replicas, after.Count);
        Assert.DoesNotContain(after, pod => before.Contains(pod.Name));
    }

    [Fact]
    public async Task Carry_what_pods_on_different_nodes_say_to_each_other_with_the_pods_own_addresses()
    {
        WorkloadPod[] pods = await Workload.OneOnEachNodeAsync();
        Assert.Equal(2, pods.Length);
        Assert.Equal(pods[1].Name, await Workload.AskFromAsync(pods[0], pods[1].Address, Workload.PodPort));
        Assert.Equal(pods[0].Name, await Workload.AskFromAsync(pods[1], pods[0].Address, Workload.PodPort));

        // No address translation on the way: the other side sees the pod, not its node.
        Assert.Equal(pods[0].Address, await Workload.AddressSeenAsync(pods[0], pods[1]));
    }

    [Fact]
    public async Task Answer_at_the_service_s_address_from_every_pod_the_answering_one_too()
    {
        string service = await Cluster.KubectlAsync("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
        WorkloadPod asking = (await Workload.PodsAsync())[0];
        HashSet<string> answered = [];
        // Four pods share the answers by chance: one that has not had its turn after a hundred is not in the service.
        for (int asked = 0; asked < 100 && answered.Count < Workload.Replicas; asked++)
            answered.Add(await Workload.AskFromAsync(asking, service, Workload.ServicePort));
        Assert.Equal(
            (await Workload.PodsAsync()).Select(pod => pod.Name).Order(StringComparer.Ordinal),
            answered.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Answer_at_the_mapped_host_port_of_every_node_that_without_a_pod_too()
    {
        foreach (string node in Cluster.Nodes)
            Assert.StartsWith(
                "web-",
                await Workload.AskAsync(await Cluster.HostPortAsync(node, Workload.NodePort)),
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task Let_pods_reach_the_API_server_with_their_account_s_token()
    {
        WorkloadPod pod = (await Workload.PodsAsync())[0];
        // Nothing but what the pod finds in its environment and its account's folder leads there.
        Assert.Contains(
            "v1.20.2",
            await Cluster.KubectlAsync("exec", pod.Name, "--", "/kubectl", "get", "--raw", "/version"),
            StringComparison.Ordinal
        );
    }
}

using NodeForge.Clusters.Configuration;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>Several control planes behind the load balancer that runs from the node image.</summary>
[Trait("Category", "Long")]
[Collection(NodeImageCollection.Name)]
public sealed class Three_control_planes_and_three_workers(AvailableCluster made) : IClassFixture<AvailableCluster>
{
    private MadeCluster Cluster => made.Cluster;

    [Fact]
    public async Task Are_all_Ready_and_carry_a_workload()
    {
        Assert.Equal(6, Cluster.Nodes.Count);
        await Cluster.AllReadyAsync(Workload.Patience);
        Workload workload = await Workload.StartAsync(Cluster);
        WorkloadPod[] pods = await workload.OneOnEachNodeAsync();
        Assert.Equal(3, pods.Length);
        Assert.Equal(pods[^1].Name, await workload.AskFromAsync(pods[0], pods[^1].Address, Workload.PodPort));
        await workload.AnswersAsync(await Cluster.HostPortAsync(Cluster.First, Workload.NodePort));
    }

    [Fact]
    public async Task Answer_through_the_balancer_when_any_one_of_the_control_planes_is_lost()
    {
        string balancer = $"{Cluster.Name}-external-load-balancer";
        int port = await Cluster.HostPortAsync(balancer, 6443);
        foreach (string lost in Cluster.ControlPlanes)
        {
            string asked = Cluster.ControlPlanes.First(plane => plane != lost);
            await Cluster.Engine.Containers.KillAsync(lost, "SIGKILL", CancellationToken.None);
            // Its etcd may have been the leader: the others elect one within seconds.
            await Eventually.EqualAsync("ok", Workload.Patience, () => ApiServer.ReadyAsync(port));
            await Cluster.KubectlAtAsync(asked, "create", "configmap", "written-without-" + lost);
            await Cluster.StartAsync(lost);
            await Cluster.AllReadyAsync(Workload.Patience, asked);
            await Eventually.EqualAsync("3", Workload.Patience, () => EtcdVotersAsync(asked));
        }

        Assert.Equal(
            3,
            (await Cluster.KubectlAsync("get", "configmaps", "-o", "name"))
                .Split('\n')
                .Count(name => name.Contains("written-without-", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Are_as_they_were_after_a_stop_and_a_start()
    {
        await Cluster.Life.StopAsync(Cluster.Name, [], CancellationToken.None);
        await Cluster.Life.StartAsync(Cluster.Name, [], TimeSpan.Zero, CancellationToken.None);
        await Cluster.AllReadyAsync(TimeSpan.FromMinutes(3));
        await Eventually.EqualAsync("3", Workload.Patience, () => EtcdVotersAsync(Cluster.First));
    }

    /// <summary>Members whose etcd says that it is healthy; asked by their pods' readiness, which looks at /health.</summary>
    private async Task<string> EtcdVotersAsync(string asked)
    {
        string ready = await Cluster.KubectlAtAsync(
            asked,
            "--namespace=kube-system",
            "get",
            "pods",
            "--selector=component=etcd",
            "-o",
            "jsonpath={.items[*].status.conditions[?(@.type==\"Ready\")].status}"
        );
        return ready
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Count(status => status == "True")
            .ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>Three control planes and three workers, made once.</summary>
public sealed class AvailableCluster : IAsyncLifetime
{
    private MadeCluster? cluster;

    internal MadeCluster Cluster => cluster ?? throw new InvalidOperationException("the cluster was not made");

    public async ValueTask InitializeAsync() =>
        cluster = await MadeCluster.CreateAsync([
            Node(NodeRole.ControlPlane),
            Node(NodeRole.ControlPlane),
            Node(NodeRole.ControlPlane),
            Node(NodeRole.Worker),
            Node(NodeRole.Worker),
            Node(NodeRole.Worker),
        ]);

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
            await cluster.DisposeAsync();
    }

    private static NodeConfig Node(NodeRole role) =>
        new() { Role = role, Ports = [new(Workload.NodePort, 0) { ListenAddress = "127.0.0.1" }] };
}

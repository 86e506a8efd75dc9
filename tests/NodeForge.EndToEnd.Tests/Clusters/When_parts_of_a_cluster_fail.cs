namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>The exercises of the field: each takes one part away, looks at what Kubernetes makes of it, and leaves the cluster
/// whole.</summary>
[Trait("Category", "EndToEnd")]
[Collection(WorkloadClusterCollection.Name)]
public sealed class When_parts_of_a_cluster_fail(WorkloadCluster made) : IAsyncLifetime
{
    private MadeCluster Cluster => made.Cluster;

    private Workload Workload => made.Workload;

    public ValueTask InitializeAsync() => new(Workload.SettledAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_container_that_is_killed_is_started_again_in_its_pod()
    {
        WorkloadPod pod = (await Workload.PodsAsync())[0];
        string before = await OfPodAsync(pod, "{.status.containerStatuses[0].containerID}");
        await KillAsync(pod.Node, before.Split("//")[1]);

        await Eventually.TrueAsync(
            Workload.Patience,
            async () => await OfPodAsync(pod, "{.status.containerStatuses[0].containerID}") != before && await IsReadyAsync(pod)
        );
        Assert.Equal(pod.Address, await OfPodAsync(pod, "{.status.podIP}"));
    }

    [Fact]
    public async Task A_killed_pause_container_gives_the_pod_another_sandbox()
    {
        WorkloadPod pod = (await Workload.PodsAsync())[^1];
        string before = await SandboxAsync(pod);
        await KillAsync(pod.Node, before);

        await Eventually.TrueAsync(Workload.Patience, async () => await SandboxAsync(pod) is { Length: > 0 } now && now != before);
        await Workload.SettledAsync();
        // The pod is the same one, with a network of its own again.
        Assert.Contains(await Workload.PodsAsync(), after => after.Name == pod.Name);
    }

    [Fact]
    public async Task A_worker_that_is_stopped_is_NotReady_and_its_pods_move_until_it_is_back()
    {
        string away = Cluster.Workers.First();
        await Cluster.StopAsync(away);
        try
        {
            await Eventually.TrueAsync(Workload.Patience, async () => !(await Cluster.ReadyAsync()).Contains(away));
            await Eventually.TrueAsync(
                Workload.Patience,
                async () => await Workload.PodsAsync() is var pods && pods.Count == Workload.Replicas && pods.All(pod => pod.Node != away)
            );
            await Workload.AnswersAsync(await Cluster.HostPortAsync(Cluster.First, Workload.NodePort));
        }
        finally
        {
            await Cluster.StartAsync(away);
        }

        await Cluster.AllReadyAsync(Workload.Patience);
        // It takes pods again: its network and its images are as they were.
        await Cluster.KubectlAsync("rollout", "restart", "deployment/web");
        await Workload.RolledOutAsync();
        Assert.Contains(await Workload.PodsAsync(), pod => pod.Node == away);
        await Workload.AnswersAsync(await Cluster.HostPortAsync(away, Workload.NodePort));
    }

    [Fact]
    public async Task The_workload_answers_while_the_control_plane_is_away()
    {
        int port = await Cluster.HostPortAsync(Cluster.Workers.Last(), Workload.NodePort);
        await Cluster.StopAsync(Cluster.First);
        try
        {
            for (int asked = 0; asked < 20; asked++)
                Assert.StartsWith("web-", await Workload.AskAsync(port), StringComparison.Ordinal);
        }
        finally
        {
            await Cluster.StartAsync(Cluster.First);
        }

        await Cluster.AllReadyAsync(Workload.Patience);
        await Workload.SettledAsync();
        await Workload.AnswersAsync(await Cluster.HostPortAsync(Cluster.First, Workload.NodePort));
    }

    [Fact]
    public async Task A_cluster_that_was_stopped_and_started_is_as_it_was()
    {
        await Cluster.Life.StopAsync(Cluster.Name, [], CancellationToken.None);
        await Cluster.Life.StartAsync(Cluster.Name, [], TimeSpan.Zero, CancellationToken.None);

        await Cluster.AllReadyAsync(Workload.Patience);
        await Workload.SettledAsync();
        await Workload.AnswersAsync(await Cluster.HostPortAsync(Cluster.First, Workload.NodePort));
    }

    private Task<string> OfPodAsync(WorkloadPod pod, string path) => Cluster.KubectlAsync("get", "pod", pod.Name, "-o", "jsonpath=" + path);

    private async Task<bool> IsReadyAsync(WorkloadPod pod) =>
        await OfPodAsync(pod, "{.status.conditions[?(@.type==\"Ready\")].status}") == "True";

    private Task<string> SandboxAsync(WorkloadPod pod) =>
        Cluster.RunAsync(
            pod.Node,
            "sh",
            "-c",
            "for id in $(ctr -n k8s.io containers list -q 'labels.\"io.kubernetes.pod.name\"=="
                + pod.Name
                + ",labels.\"io.cri-containerd.kind\"==sandbox'); do ctr -n k8s.io tasks list | grep \"$id.*RUNNING\" | cut -d' ' -f1; done"
        );

    private Task<string> KillAsync(string node, string container) =>
        Cluster.RunAsync(node, "ctr", "--namespace", "k8s.io", "tasks", "kill", "--signal", "SIGKILL", container);
}

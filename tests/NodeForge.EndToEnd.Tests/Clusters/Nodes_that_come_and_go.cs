using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>Nodes of a running cluster are stopped and started, added and removed, and its pods follow.</summary>
[Trait("Category", "EndToEnd")]
[Collection(LivingClusterCollection.Name)]
public sealed class Nodes_that_come_and_go(LivingCluster cluster)
{
    // One pod for each node that takes any, of an image that every node has.
    private const string Deployment = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{
          "metadata":{"labels":{"app":"web"}},
          "spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"pause","image":"k8s.gcr.io/pause:3.2"}],
            "affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"app":"web"}},"topologyKey":"kubernetes.io/hostname"}]}}}}}}
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_worker_that_was_stopped_is_Ready_again_when_start_returns()
    {
        (await LivingCluster.NodeForgeAsync("stop", "node", cluster.Worker, "--name", cluster.Name)).Succeeded();
        Assert.Equal("exited", (await cluster.Engine.Containers.FindAsync(cluster.Worker, CancellationToken.None))!.State.Status);
        string folder = Path.Combine(cluster.Folder, "down");
        ProgramRun logs = (await LivingCluster.NodeForgeAsync("export", "logs", folder, "--name", cluster.Name)).Succeeded();
        Assert.Contains("NF8044", logs.Error, StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(folder, cluster.Worker, "serial.log")).Length > 0);
        Assert.True(new FileInfo(Path.Combine(folder, cluster.ControlPlane, "journal.log")).Length > 0);

        (await LivingCluster.NodeForgeAsync("start", "node", cluster.Worker, "--name", cluster.Name)).Succeeded();
        Assert.Equal("True", await ReadyAsync(cluster.Worker));
    }

    [Fact]
    public async Task A_node_that_is_added_takes_pods_and_one_that_is_deleted_gives_them_up()
    {
        string added = $"{cluster.Name}-worker2";
        ProgramRun run = (await LivingCluster.NodeForgeAsync("add", "node", "--name", cluster.Name)).Succeeded();
        Assert.Equal(added, run.Output.Trim());
        Assert.Equal("True", await ReadyAsync(added));
        // Like the worker that was there, but for the port that this one has.
        Assert.Equal("back", await cluster.KubectlAsync("get", "node", added, "-o", "jsonpath={.metadata.labels.tier}"));
        Assert.Equal("hello", await cluster.RunAsync(added, "cat", "/shared/greeting"));
        Assert.Contains(
            "/shared ro,",
            await cluster.RunAsync(added, "sh", "-c", "awk '{ print $5, $6 }' /proc/self/mountinfo"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "max_container_log_line_size = 65536",
            await cluster.RunAsync(added, "containerd", "config", "dump"),
            StringComparison.Ordinal
        );
        Assert.Empty((await cluster.Engine.Containers.FindAsync(added, CancellationToken.None))!.NetworkSettings.Ports ?? []);

        await cluster.RunAsync(
            cluster.ControlPlane,
            "sh",
            "-c",
            $"echo '{Deployment}' | kubectl --kubeconfig=/etc/kubernetes/admin.conf create -f -"
        );
        await cluster.KubectlAsync("rollout", "status", "deployment", "web", "--timeout=120s");

        (await LivingCluster.NodeForgeAsync("delete", "node", added, "--name", cluster.Name)).Succeeded();
        Assert.Null(await cluster.Engine.Containers.FindAsync(added, CancellationToken.None));
        Assert.DoesNotContain(added, await cluster.KubectlAsync("get", "nodes", "-o", "name"), StringComparison.Ordinal);
        Assert.DoesNotContain(added, await cluster.KubectlAsync("get", "pods", "-A", "-o", "wide"), StringComparison.Ordinal);
        await cluster.KubectlAsync("delete", "deployment", "web");

        ProgramRun last = (await LivingCluster.NodeForgeAsync("delete", "node", cluster.ControlPlane, "--name", cluster.Name)).Returned(7);
        Assert.Contains("NF8046", last.Error, StringComparison.Ordinal);
        Assert.Contains(
            "NF8046",
            (await LivingCluster.NodeForgeAsync("add", "node", "--role", "control-plane", "--name", cluster.Name)).Returned(7).Error,
            StringComparison.Ordinal
        );
    }

    private async Task<string> ReadyAsync(string node)
    {
        await cluster.AwaitAsync("True", Patience, "get", "node", node, "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}");
        return await cluster.KubectlAsync("get", "node", node, "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}");
    }
}

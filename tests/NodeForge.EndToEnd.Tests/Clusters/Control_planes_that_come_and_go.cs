using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>Control planes join a cluster that runs and leave it, dead or alive, and etcd and the load balancer follow.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class Control_planes_that_come_and_go
{
    private const int KilledExitCode = 137;

    [Fact]
    public async Task A_third_one_joins_and_the_first_one_leaves_after_it_died()
    {
        await using MadeCluster cluster = await MadeCluster.CreateAsync(new NodeConfig(), new());
        string name = cluster.Name,
            second = $"{name}-control-plane2",
            third = $"{name}-control-plane3",
            balancer = $"{name}-external-load-balancer";
        (await LivingCluster.NodeForgeAsync("add", "node", "--role", "control-plane", "--name", name)).Succeeded();
        Assert.Equal([cluster.First, second, third], await MembersAsync(cluster, second));
        foreach (string node in (string[])[cluster.First, second, third])
            Assert.DoesNotContain(
                "ephemeral-storage",
                await cluster.RunAsync(node, "cat", "/etc/kubernetes/manifests/etcd.yaml"),
                StringComparison.Ordinal
            );

        await cluster.Engine.Containers.KillAsync(cluster.First, "SIGKILL", CancellationToken.None);
        (await LivingCluster.NodeForgeAsync("delete", "node", cluster.First, "--name", name)).Succeeded();

        Assert.Equal([second, third], await MembersAsync(cluster, second));
        Assert.Equal($"node/{second}\nnode/{third}", await cluster.KubectlAtAsync(second, "get", "nodes", "-o", "name"));
        Assert.Null(await cluster.Engine.Containers.FindAsync(cluster.First, CancellationToken.None));
        string balanced = await cluster.RunAsync(balancer, "cat", "/etc/nodeforge/haproxy.cfg");
        Assert.Equal(
            [second, third],
            balanced
                .Split('\n')
                .Where(line =>
                    line.StartsWith("  server ", StringComparison.Ordinal) && !line.Contains("-unchecked", StringComparison.Ordinal)
                )
                .Select(line => line.Split(' ')[3])
        );

        // An engine that ends waits for what does not end when it is asked to.
        await cluster.Engine.Containers.StopAsync(balancer, TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.NotEqual(KilledExitCode, (await cluster.Engine.Containers.FindAsync(balancer, CancellationToken.None))!.State.ExitCode);
    }

    private static async Task<string[]> MembersAsync(MadeCluster cluster, string node)
    {
        string list = await cluster.RunAsync(
            node,
            "sh",
            "-c",
            """
            cd /etc/kubernetes/pki/etcd
            echo '{}' | kubectl --kubeconfig=/dev/null --server=https://127.0.0.1:2379 --certificate-authority=ca.crt --client-certificate=healthcheck-client.crt --client-key=healthcheck-client.key create --raw /v3/cluster/member/list -f -
            """
        );
        using JsonDocument document = JsonDocument.Parse(list);
        return
        [
            .. document
                .RootElement.GetProperty("members")
                .EnumerateArray()
                .Select(member => member.GetProperty("name").GetString()!)
                .Order(StringComparer.Ordinal),
        ];
    }
}

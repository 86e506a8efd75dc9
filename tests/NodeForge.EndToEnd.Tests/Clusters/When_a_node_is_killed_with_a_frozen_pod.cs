using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>On a host with cgroups of version 1 a process in a frozen cgroup takes no signal, and the engine
/// cannot end the node that it is in; with version 2 it is killed.</summary>
[Trait("Category", "EndToEnd")]
[Collection(WorkloadClusterCollection.Name)]
public sealed class When_a_node_is_killed_with_a_frozen_pod(WorkloadCluster made)
{
    private const string Name = "end-to-end-frozen";

    private const string Freeze = """
        pod=/sys/fs/cgroup/freezer/pod
        sleep 1000 &
        if mkdir $pod; then
          echo $! > $pod/cgroup.procs
          echo FROZEN > $pod/freezer.state
        fi
        touch /frozen
        sleep 1000
        """;

    [Fact]
    public async Task The_cluster_is_deleted_all_the_same()
    {
        EngineClient engine = made.Cluster.Engine;
        ContainerDetails node = (await engine.Containers.FindAsync(made.Cluster.First, CancellationToken.None))!;
        ContainerSpec spec = new($"{Name}-control-plane", node.Image)
        {
            Labels = new Dictionary<string, string>
            {
                ["io.x-k8s.kind.cluster"] = Name,
                ["io.x-k8s.kind.role"] = "control-plane",
                ["dev.nodeforge.cluster"] = Name,
            },
            Entrypoint = ["/bin/sh", "-c", Freeze],
            Command = [],
            Privileged = true,
        };
        string id = await engine.Containers.CreateAsync(spec, CancellationToken.None);
        await engine.Containers.StartAsync(id, CancellationToken.None);
        ExecSpec frozen = new(["test", "-e", "/frozen"]);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(30),
            async () => await engine.Containers.ExecAsync(id, frozen, (Stream?)null, Stream.Null, Stream.Null, CancellationToken.None) == 0
        );

        (await LivingCluster.NodeForgeAsync("delete", "cluster", "--name", Name)).Succeeded();

        Assert.Null(await engine.Containers.FindAsync(id, CancellationToken.None));
    }
}

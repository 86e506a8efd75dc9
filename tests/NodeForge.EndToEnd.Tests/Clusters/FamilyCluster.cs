using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Lifecycle;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>A control plane that takes pods and a worker, of other address families than IPv4 alone, with the workload on them.</summary>
public abstract class FamilyCluster(IPFamily family) : IAsyncLifetime
{
    /// <summary>Of a second service, of IPv6, where <see cref="Workload.NodePort"/> is of IPv4.</summary>
    internal const int SecondNodePort = 30086;

    private const string TakesPods = "{kind: InitConfiguration, nodeRegistration: {taints: []}}";

    private MadeCluster? cluster;
    private Workload? workload;

    internal MadeCluster Cluster => cluster ?? throw new InvalidOperationException("the cluster was not made");

    internal Workload Workload => workload ?? throw new InvalidOperationException("the workload was not started");

    public async ValueTask InitializeAsync()
    {
        NodePort[] ports = [Port(Workload.NodePort), Port(SecondNodePort)];
        cluster = await MadeCluster.CreateAsync(
            new ClusterConfig
            {
                Networking = new() { Family = family },
                Nodes =
                [
                    new()
                    {
                        Ports = ports,
                        Patches = new() { Merges = [TakesPods] },
                    },
                    new() { Role = NodeRole.Worker, Ports = ports },
                ],
            }
        );
        workload = await Workload.StartAsync(cluster);
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
            await cluster.DisposeAsync();
    }

    /// <summary>Stops and starts every node, as the command line does.</summary>
    internal async Task RestartAsync()
    {
        ClusterLife life = new(Cluster.Engine, SilentReporter.Instance, TimeProvider.System);
        await life.StopAsync(Cluster.Name, [], CancellationToken.None);
        await life.StartAsync(Cluster.Name, [], Workload.Patience, CancellationToken.None);
    }

    /// <summary>A pod on each node, once the two hear each other at all of their addresses: after a restart pods are listed for a while as
    /// they were before.</summary>
    internal async Task<IReadOnlyList<WorkloadPod>> PodsThatHearEachOtherAsync()
    {
        WorkloadPod[] pods = [];
        await Eventually.EqualAsync(
            "both hear each other",
            Workload.Patience,
            async () =>
            {
                pods = await Workload.OneOnEachNodeAsync();
                return pods.Length < 2
                    ? $"{pods.Length} nodes have pods"
                    : await HeardAsync(pods[0], pods[1]) ?? await HeardAsync(pods[1], pods[0]) ?? "both hear each other";
            }
        );
        return pods;
    }

    private async Task<string?> HeardAsync(WorkloadPod asking, WorkloadPod asked)
    {
        foreach (string address in asked.Addresses)
        {
            if (await Workload.AskFromAsync(asking, address, Workload.PodPort) is var answer && answer != asked.Name)
                return $"{asking.Name} heard '{answer}' from {asked.Name} at {address}";
        }

        return null;
    }

    private static NodePort Port(int port) => new(port, 0) { ListenAddress = "::1" };
}

public sealed class IPv6Cluster() : FamilyCluster(IPFamily.IPv6);

public sealed class DualStackCluster() : FamilyCluster(IPFamily.Dual);

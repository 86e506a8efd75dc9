using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Clusters.Creation;

/// <summary>The program of a creation without Kubernetes: nodes that have booted, all side by side, for those who run kubeadm by
/// hand.</summary>
internal sealed class BareCreation(
    EngineClient engine,
    Timeline timeline,
    TimeProvider clock,
    ClusterConfig config,
    MachineFacts facts,
    string creationId,
    bool airGapped
)
{
    private readonly EngineFacts host = facts.Engine!;
    private readonly string image = facts.Engine!.NodeImageId;
    private readonly NodeBringUp bringUp = new(engine, clock);

    public async Task<CreatedCluster> RunAsync()
    {
        ClusterNetwork network = await timeline
            .Start("create network", token => CreateNetwork.RunAsync(engine, config, creationId, airGapped, token))
            .ConfigureAwait(false);
        int port =
            config.Networking.ApiServerPort > 0 ? config.Networking.ApiServerPort : FreePort.Choose(config.Networking.ApiServerAddress);
        ClusterPlan plan = ClusterPlan.Of(
            config,
            network,
            port,
            overlaySnapshots: host.Information.Driver.StartsWith("overlay", StringComparison.Ordinal),
            airGapped
        ) with
        {
            Creation = creationId,
            Host = facts.NodeHost,
        };
        // Its servers come when somebody makes them: it asks until then.
        Task balancing = plan.Balancer is { } balancer
            ? timeline.Start($"create {balancer.Name}", token => CreateBalancer.RunAsync(engine, plan, balancer, image, clock, token))
            : Task.CompletedTask;
        await Task.WhenAll([balancing, .. plan.Nodes.Select(node => BootAsync(plan, node))]).ConfigureAwait(false);
        await timeline.Start("keep over restarts", token => KeepOverRestarts.RunAsync(engine, plan, token)).ConfigureAwait(false);
        return new(
            plan.Name,
            [.. plan.Nodes.Select(node => node.Name)],
            plan.PublishedEndpoint,
            Kubeconfig: null,
            HasDns: false,
            timeline.Entries
        );
    }

    private async Task BootAsync(ClusterPlan plan, NodePlan node)
    {
        PreparedNode prepared = await timeline
            .Start(
                $"create {node.Name}",
                token =>
                    bringUp.CreateAsync(
                        node,
                        BareNode.Container(plan, node, image),
                        told => Task.FromResult(NodeContents.ByHand(plan, node, told, host.Information)),
                        token
                    )
            )
            .ConfigureAwait(false);
        if (prepared.Containerd.Any)
            await timeline.Start($"patch containerd of {node.Name}", token => bringUp.PatchAsync(prepared, token)).ConfigureAwait(false);
        await timeline
            .Start($"await {node.Name}", token => BareBoot.AwaitAsync(prepared.Container, BareBoot.AtMost, token))
            .ConfigureAwait(false);
    }
}

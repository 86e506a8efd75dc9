using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;

namespace NodeForge.Clusters.Creation;

/// <summary>The program of a creation without Kubernetes: nodes that have booted, all side by side, for those who run kubeadm by
/// hand.</summary>
internal sealed class BareCreation(CreationContext context)
{
    public async Task<CreatedCluster> RunAsync()
    {
        ClusterPlan plan = await context.PlanAsync().ConfigureAwait(false);
        // Its servers come when somebody makes them: it asks until then.
        Task balancing = context.StartBalancer(plan);
        await Task.WhenAll([balancing, .. plan.Nodes.Select(node => BootAsync(plan, node))]).ConfigureAwait(false);
        await context.KeepOverRestartsAsync(plan).ConfigureAwait(false);
        return context.Made(plan, kubeconfig: null, hasDns: false);
    }

    private async Task BootAsync(ClusterPlan plan, NodePlan node)
    {
        PreparedNode prepared = await context
            .Timeline.Start(
                $"create {node.Name}",
                token =>
                    context.BringUp.CreateAsync(
                        node,
                        BareNode.Container(plan, node, context.Image),
                        told => Task.FromResult(NodeContents.ByHand(plan, node, told, context.Host.Information)),
                        token
                    )
            )
            .ConfigureAwait(false);
        await context.PatchAsync(prepared).ConfigureAwait(false);
        await context
            .Timeline.Start($"await {node.Name}", token => BareBoot.AwaitAsync(prepared.Container, BareBoot.AtMost, token))
            .ConfigureAwait(false);
    }
}

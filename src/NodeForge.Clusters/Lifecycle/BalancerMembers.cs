using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>Tells the load balancer which control planes there are; connections that stand stay.</summary>
internal static class BalancerMembers
{
    public static async Task SetAsync(EngineClient engine, ClusterPlan plan, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (
            plan.Balancer is not { } balancer
            || await engine.Containers.FindAsync(balancer.Name, cancellationToken).ConfigureAwait(false) is not { } container
        )
            return;
        await new ClusterNode(engine, container.Id, balancer.Name)
            .PutAsync([NodeFile.Public(CreateBalancer.Configuration, CreateBalancer.Text(plan))], clock, cancellationToken)
            .ConfigureAwait(false);
        // haproxy's master reads its file again (Management Guide, "Stopping and restarting HAProxy").
        if (container.State.Running)
            await engine.Containers.KillAsync(container.Id, "SIGUSR2", cancellationToken).ConfigureAwait(false);
    }
}

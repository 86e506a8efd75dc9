using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>Takes a node out of everything that knows it, and then away.</summary>
internal sealed class NodeRemoval(EngineClient engine, TimeProvider clock, ExistingCluster existing)
{
    public async Task RunAsync(string name, NodeDrain drain, CancellationToken cancellationToken)
    {
        bool plane = existing.Plan.ControlPlanes.Any(node => node.Name == name);
        if (plane)
        {
            // While its etcd still runs: a member that is gone before it is removed counts for the majority.
            await new EtcdMembers(Survivor(name)).RemoveAsync(name, cancellationToken).ConfigureAwait(false);
            await BalancerMembers.SetAsync(engine, existing.Without(name), clock, cancellationToken).ConfigureAwait(false);
        }

        // Those that an upgrade handed to a new container have names there, and do not go with it.
        IEnumerable<ContainerMount> mounts =
            (await engine.Containers.FindAsync(name, cancellationToken).ConfigureAwait(false))?.Mounts ?? [];
        await NodeContainers.RemoveAsync(engine, name, cancellationToken).ConfigureAwait(false);
        foreach (ContainerMount volume in mounts.Where(mount => mount.Type == "volume"))
            await engine.Volumes.RemoveAsync(volume.Name, cancellationToken).ConfigureAwait(false);
        await drain.ForgetAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeNotRunning"/>: no other control plane runs.</exception>
    private ClusterNode Survivor(string name)
    {
        ContainerSummary[] others =
        [
            .. existing.Containers.Where(container =>
                container.Name != name && NodeSelection.RoleOf(container) == ClusterLabels.ControlPlane
            ),
        ];
        ContainerSummary survivor =
            others.FirstOrDefault(container => container.State == "running")
            ?? throw new NodeForgeException([.. others.Select(container => NodeSelection.NotRunning(existing.Plan.Name, container))]);
        return new(engine, survivor.Id, survivor.Name);
    }
}

using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Nodes;

/// <summary>The host's folders that a node was given at its creation and that another one can have as well.</summary>
internal static class SharedMounts
{
    /// <remarks>Not those that hold the node's state: two kubelets or etcds in one folder would spoil each other's. They get
    /// volumes.</remarks>
    public static IReadOnlyList<NodeMount> Of(ContainerDetails container) =>
        [
            .. (container.Mounts ?? [])
                .Where(mount =>
                    mount.Type == "bind" && mount.Destination != NodeHost.Modules && !NodeContainer.HoldsState(mount.Destination)
                )
                .OrderBy(mount => mount.Destination, StringComparer.Ordinal)
                .Select(mount => new NodeMount(mount.Source, mount.Destination)
                {
                    ReadOnly = !mount.RW,
                    SelinuxRelabel = mount.Mode?.Split(',').Contains("Z") ?? false,
                    Propagation = mount.Propagation switch
                    {
                        "rslave" => MountPropagation.HostToContainer,
                        "rshared" => MountPropagation.Bidirectional,
                        _ => MountPropagation.None,
                    },
                }),
        ];
}

using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Nodes;

/// <summary>A container of a cluster, looked at closer.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Name">Of the container, and of the Kubernetes node.</param>
/// <param name="Role">control-plane, worker or external-load-balancer.</param>
/// <param name="State">running, exited and so on.</param>
/// <param name="Addresses">On its networks, IPv4 first; of a stopped node those that it will have again.</param>
/// <param name="Image">A name of the image that it was made from, or the beginning of its ID where it has none.</param>
/// <param name="KubernetesVersion">What its image has; null where it does not say.</param>
public sealed record ListedNode(
    string Cluster,
    string Name,
    string Role,
    string State,
    IReadOnlyList<string> Addresses,
    string Image,
    string? KubernetesVersion
);

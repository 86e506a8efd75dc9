namespace NodeForge.Clusters.Attempts;

/// <summary>What the nodes and pods of an air-gapped cluster wanted from outside, since it was made. Nothing of it got there.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Nodes">Its nodes.</param>
/// <param name="Attempts">By node, most often tried first.</param>
public sealed record ClusterAttempts(string Cluster, IReadOnlyList<HeardNode> Nodes, IReadOnlyList<Attempt> Attempts);

/// <param name="Name">The node.</param>
/// <param name="IsHeard">Whether somebody listens to what it sends. What was heard before a node stopped is told all the same.</param>
public sealed record HeardNode(string Name, bool IsHeard);

/// <summary>A name that was looked up, or packets to a place outside.</summary>
/// <param name="Node">Where it was tried.</param>
/// <param name="Destination">A name; or protocol, address and port: tcp 203.0.113.9 port 443.</param>
/// <param name="IsName">Whether it is a name.</param>
/// <param name="Count">How many questions or packets.</param>
/// <param name="Last">When the last one was heard, by the node's clock, to the second.</param>
public sealed record Attempt(string Node, string Destination, bool IsName, long Count, DateTimeOffset Last)
{
    /// <summary>The pod that tried, namespace and name; null where it was the node, or a pod that is no more.</summary>
    public string? Pod { get; init; }

    /// <summary>The pod's address; null where it was the node: what runs in it, or a pod on its network.</summary>
    public string? Address { get; init; }
}

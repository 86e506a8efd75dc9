using NodeForge.Clusters.Configuration;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>A node to add.</summary>
public sealed record AddNodeOptions
{
    /// <summary>Null for the role of <see cref="Like"/>, and without that for a worker.</summary>
    public NodeRole? Role { get; init; }

    /// <summary>A node whose image, kubeadm configuration, labels and mounts the new one has; null for the first of its role.</summary>
    public string? Like { get; init; }

    /// <summary>Another image than <see cref="Like"/> has; null for that one.</summary>
    public string? Image { get; init; }

    /// <summary>How long the node may take to become Ready; zero does not wait.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Where diagnostics of failures go, a folder each.</summary>
    public string? DiagnosticsFolder { get; init; }
}

/// <summary>A node to remove.</summary>
public sealed record DeleteNodeOptions
{
    /// <summary>How long its pods may take to leave.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Removes the node without asking its pods to leave.</summary>
    public bool Force { get; init; }
}

/// <summary>A node that was added.</summary>
/// <param name="Name">Of the container, and of the Kubernetes node.</param>
/// <param name="Role">control-plane or worker.</param>
/// <param name="Address">On the cluster's network.</param>
public sealed record AddedNode(string Name, string Role, string Address);

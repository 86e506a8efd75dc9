namespace NodeForge.Clusters.Upgrading;

/// <summary>How a cluster's nodes are put on another image.</summary>
/// <param name="Image">A reference or ID of a node image that the engine has.</param>
public sealed record UpgradeOptions(string Image)
{
    /// <summary>How long a node may take to become Ready on the new image.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a node's pods may take to leave it.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Looks and checks, and changes nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Where diagnostics of failures go, a folder each.</summary>
    public string? DiagnosticsFolder { get; init; }
}

/// <summary>A cluster after an upgrade, or as it would be after one.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Version">What the new image has.</param>
/// <param name="Nodes">In the order in which they are upgraded; none where all had the image already.</param>
public sealed record UpgradedCluster(string Cluster, string Version, IReadOnlyList<UpgradedNode> Nodes);

/// <summary>A node that is put on another image.</summary>
/// <param name="Name">Of the container, and of the Kubernetes node.</param>
/// <param name="Role">control-plane or worker.</param>
/// <param name="From">The version of Kubernetes that it had.</param>
/// <param name="To">The version that it has after.</param>
/// <param name="Steps">What is done with it, in order.</param>
public sealed record UpgradedNode(string Name, string Role, string From, string To, IReadOnlyList<string> Steps);

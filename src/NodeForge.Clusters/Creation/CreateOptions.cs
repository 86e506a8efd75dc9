using NodeForge.Clusters.Configuration;

namespace NodeForge.Clusters.Creation;

/// <summary>How a cluster is made; what it is stands in <see cref="ClusterConfig"/>.</summary>
public sealed record CreateOptions
{
    /// <summary>How long the nodes may take to become Ready once the cluster is configured; zero does not wait. Nothing on the way there is
    /// waited for any longer.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the API server may take to answer once its node runs.</summary>
    public TimeSpan ApiServerWait { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>What <see cref="Wait"/> leaves of a time that something usually gets.</summary>
    internal TimeSpan Within(TimeSpan usual) => Wait > TimeSpan.Zero && Wait < usual ? Wait : usual;

    /// <summary>Makes the cluster without looking at the machine first, whatever the checks would say.</summary>
    public bool SkipChecks { get; init; }

    /// <summary>Boots the nodes and leaves Kubernetes to whoever runs kubeadm in them; no kubeconfig is written.</summary>
    public bool NoKubernetes { get; init; }

    /// <summary>Makes the cluster on a network without a way out, publishes the API server alone, and listens to what nodes and pods
    /// send.</summary>
    public bool AirGapped { get; init; }

    /// <summary>Hears that something failed while the nodes are still there; null where nobody asks.</summary>
    internal Func<CancellationToken, Task>? WhenFailed { get; init; }

    /// <summary>Keeps the nodes when something fails.</summary>
    public bool Retain { get; init; }

    /// <summary>The kubeconfig to extend; null for the one that kubectl would write.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Where diagnostics of failures go, a folder each.</summary>
    public string? DiagnosticsFolder { get; init; }
}

/// <summary>A cluster that was made.</summary>
/// <param name="Name">The cluster's name.</param>
/// <param name="Nodes">Names of the nodes.</param>
/// <param name="ApiServer">Where the API server answers on this machine, or will answer.</param>
/// <param name="Kubeconfig">The file that was extended; null for a cluster without Kubernetes.</param>
/// <param name="HasDns">Whether the image had CoreDNS; where it is false say so to the user.</param>
/// <param name="Timeline">What was done when, in the order of the starts.</param>
public sealed record CreatedCluster(
    string Name,
    IReadOnlyList<string> Nodes,
    Uri ApiServer,
    string? Kubeconfig,
    bool HasDns,
    IReadOnlyList<TimelineEntry> Timeline
);

/// <summary>One action of a creation.</summary>
/// <param name="Title">What was done.</param>
/// <param name="Started">From the creation's start.</param>
/// <param name="Elapsed">Wall time.</param>
public sealed record TimelineEntry(string Title, TimeSpan Started, TimeSpan Elapsed);

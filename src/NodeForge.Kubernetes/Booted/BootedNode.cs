namespace NodeForge.Kubernetes.Booted;

/// <summary>What a node that has booted says of itself, and what was heard of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SystemState">As systemd has it: running, degraded, starting.</param>
public sealed record BootedNode(string Name, string SystemState)
{
    /// <summary>Why it did not become a cluster; empty where it did.</summary>
    public IReadOnlyList<Diagnostic> Failures { get; init; } = [];

    /// <summary>Units that failed.</summary>
    public IReadOnlyList<string> FailedUnits { get; init; } = [];

    /// <summary>The state of each unit that a node cannot do without: active, inactive, failed.</summary>
    public IReadOnlyDictionary<string, string> Units { get; init; } = new Dictionary<string, string>();

    /// <summary>What the kubelet answers at its <c>/healthz</c>; empty for nothing.</summary>
    public string KubeletHealth { get; init; } = "";

    /// <summary>Whether the API server calls the node Ready.</summary>
    public bool IsReady { get; init; }

    /// <summary>What the container runtime has for the kubelet.</summary>
    public IReadOnlyList<RuntimeImage> Images { get; init; } = [];

    public IReadOnlyList<BootedPod> Pods { get; init; } = [];

    /// <summary>Static pods, daemon sets and deployments that are not there yet, or not whole.</summary>
    public IReadOnlyList<string> Unsettled { get; init; } = [];

    /// <summary>Whether somebody listened to what the node sends, from its start on.</summary>
    public bool IsHeard { get; init; }

    /// <summary>What it sent to places outside of its cluster, and the names that it looked up.</summary>
    public IReadOnlyList<SentPackets> Sent { get; init; } = [];
}

/// <summary>An image in the container runtime.</summary>
/// <param name="Name">A reference, or the digest of a config.</param>
/// <param name="IsManaged">Whether the CRI lists it.</param>
/// <param name="IsPinned">Whether the kubelet leaves it alone when it collects images.</param>
public sealed record RuntimeImage(string Name, bool IsManaged, bool IsPinned);

/// <param name="Name">Namespace and name.</param>
/// <param name="Phase">Pending, Running, Succeeded, Failed, Unknown.</param>
/// <param name="Waiting">Why containers of it wait: ErrImagePull, CrashLoopBackOff; empty for none.</param>
public sealed record BootedPod(string Name, string Phase, string Waiting)
{
    /// <summary>Whether it is what it should be.</summary>
    public bool IsWell => Phase is "Running" or "Succeeded" && Waiting.Length == 0;

    /// <summary>Whether it asks for an image that is not there: waiting longer brings none.</summary>
    public bool LacksImage => Waiting.Contains("Image", StringComparison.Ordinal);
}

/// <summary>Packets of one kind to one place.</summary>
/// <param name="What">A name that was looked up, or the place of a packet: protocol, address and port.</param>
/// <param name="IsName">Whether it is a name.</param>
/// <param name="Count">How many.</param>
public sealed record SentPackets(string What, bool IsName, long Count)
{
    /// <summary>The address of the pod that sent them; null for the node itself.</summary>
    public string? Pod { get; init; }

    /// <summary>When the last one was heard, by the node's clock.</summary>
    public DateTimeOffset Last { get; init; }
}

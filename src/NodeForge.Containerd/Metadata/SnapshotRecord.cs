namespace NodeForge.Containerd.Metadata;

/// <summary>A snapshot as a namespace sees it: what <c>ctr snapshots ls</c> lists.</summary>
/// <param name="Key">What the namespace calls it: a chain ID for an image's, a container's ID for its own.</param>
/// <param name="Name">What the snapshotter calls it: <c>NAMESPACE/NUMBER/KEY</c>.</param>
/// <param name="CreatedAt">Kept to 100 ns; containerd keeps 1 ns.</param>
/// <param name="UpdatedAt">Kept to 100 ns; containerd keeps 1 ns.</param>
public sealed record SnapshotRecord(string Key, string Name, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>The key of the one that it lies over; null for a bottom one.</summary>
    public string? Parent { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoLabels.Instance;
}

/// <summary>The snapshots that a namespace has from one snapshotter.</summary>
/// <param name="Name"><c>overlayfs</c>, <c>native</c> and others.</param>
/// <param name="Sequence">The highest number that a name was given so far: containerd goes on from there.</param>
/// <param name="Snapshots">No key twice.</param>
public sealed record SnapshotterRecords(string Name, ulong Sequence, IReadOnlyList<SnapshotRecord> Snapshots);

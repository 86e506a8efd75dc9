namespace NodeForge.Containerd.Metadata;

/// <summary>A namespace with its records.</summary>
/// <param name="Name">Letters, digits and single <c>.</c>, <c>_</c>, <c>-</c> between them, 76 characters at most.</param>
public sealed record MetadataNamespace(string Name)
{
    /// <summary>The namespace's own labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoLabels.Instance;

    /// <summary>The images; no name twice.</summary>
    public IReadOnlyList<ImageRecord> Images { get; init; } = [];

    /// <summary>The blobs; no digest twice.</summary>
    public IReadOnlyList<ContentRecord> Content { get; init; } = [];

    /// <summary>The snapshots of each snapshotter; no snapshotter twice.</summary>
    public IReadOnlyList<SnapshotterRecords> Snapshotters { get; init; } = [];
}

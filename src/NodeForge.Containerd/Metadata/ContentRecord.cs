using NodeForge.Oci;

namespace NodeForge.Containerd.Metadata;

/// <summary>A blob that a namespace sees: what <c>ctr content ls</c> lists. A file in the content store that no record names is removed by
/// containerd.</summary>
/// <param name="Digest">Its name.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="CreatedAt">Kept to 100 ns; containerd keeps 1 ns.</param>
/// <param name="UpdatedAt">Kept to 100 ns; containerd keeps 1 ns.</param>
public sealed record ContentRecord(Digest Digest, long Size, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Labels; <c>containerd.io/gc.ref.*</c> keep other blobs from being collected.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoLabels.Instance;
}

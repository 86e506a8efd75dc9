using NodeForge.Oci;

namespace NodeForge.Containerd.Metadata;

/// <summary>A name for an image: what <c>ctr images ls</c> lists.</summary>
/// <param name="Name">Any text; the CRI writes normalised references and config digests.</param>
/// <param name="Target">The index or manifest. Media type, digest, size and annotations are kept, nothing else of a descriptor is.</param>
/// <param name="CreatedAt">Kept to 100 ns; containerd keeps 1 ns.</param>
/// <param name="UpdatedAt">Kept to 100 ns; containerd keeps 1 ns.</param>
public sealed record ImageRecord(string Name, Descriptor Target, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Labels; those with empty values are not written, as containerd does not.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoLabels.Instance;
}

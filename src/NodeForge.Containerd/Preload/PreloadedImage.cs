using NodeForge.Containerd.Metadata;
using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>An image to be found in containerd from its first start on. Its layers and their diff IDs are read from its manifest and its
/// config.</summary>
public sealed record PreloadedImage
{
    /// <summary>The names that it is asked for by: <c>[registry/]path[:tag][@digest]</c>, normalised as the CRI does it; one at
    /// least.</summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary>The manifest for the node's platform.</summary>
    public required Descriptor Manifest { get; init; }

    /// <summary>The manifest's bytes as they were fetched.</summary>
    public required ReadOnlyMemory<byte> ManifestBytes { get; init; }

    /// <summary>The bytes of the config that the manifest names.</summary>
    public required ReadOnlyMemory<byte> ConfigBytes { get; init; }

    /// <summary>The index that the names point at; null when they point at the manifest. Its manifests for other platforms need not be
    /// there.</summary>
    public Descriptor? Index { get; init; }

    /// <summary>The index's bytes as they were fetched.</summary>
    public ReadOnlyMemory<byte> IndexBytes { get; init; }

    /// <summary>The repositories that the content was fetched from (<c>registry.k8s.io/pause</c>); containerd then mounts blobs instead of
    /// pushing them. None for what was built here.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>What its files take when they lie unpacked beside the blobs, all layers in one; null when containerd is to unpack
    /// it.</summary>
    public SnapshotUsage? Unpacked { get; init; }

    /// <summary>Whether the kubelet's image collector must leave it alone.</summary>
    public bool Pinned { get; init; } = true;
}

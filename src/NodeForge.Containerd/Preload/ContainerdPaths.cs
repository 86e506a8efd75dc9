using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>Where containerd keeps its state, below its root (2.x: core/metadata, plugins/content/local; 1.x: metadata,
/// content/local).</summary>
public static class ContainerdPaths
{
    /// <summary>containerd's root unless its configuration says otherwise.</summary>
    public const string DefaultRoot = "/var/lib/containerd";

    /// <summary>The namespace of the CRI: what the kubelet and <c>crictl</c> see.</summary>
    public const string CriNamespace = "k8s.io";

    /// <summary>The metadata database, relative to the root.</summary>
    public const string Metadata = MetadataFolder + "/meta.db";

    internal const string MetadataFolder = "io.containerd.metadata.v1.bolt";
    internal const string ContentFolder = "io.containerd.content.v1.content";

    /// <summary>The overlay snapshotter: its folder, its database and the folder of its snapshots, relative to the root.</summary>
    public const string OverlayFolder = "io.containerd.snapshotter.v1.overlayfs";

    public const string OverlayMetadata = OverlayFolder + "/metadata.db";

    internal const string OverlaySnapshotter = "overlayfs";

    /// <summary>A blob, relative to the root.</summary>
    public static string Blob(Digest digest) => $"{ContentFolder}/blobs/sha256/{digest.Hex}";
}

using NodeForge.Containerd.Metadata;
using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>An unpacked image: a folder with a folder <c>fs</c> in it, which has the image's files; a link to such a folder does as
/// well.</summary>
/// <param name="Path">Relative to containerd's root.</param>
/// <param name="ChainId">Of all the image's layers.</param>
/// <param name="Record">What the snapshotter's database says of it.</param>
public sealed record SnapshotFolder(string Path, Digest ChainId, OverlaySnapshot Record);

using NodeForge.Containerd.Metadata;
using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>What a preloaded store is made for.</summary>
/// <param name="Platform">The node's platform.</param>
/// <param name="Epoch">The created and updated time of every record: SOURCE_DATE_EPOCH, or the lock's.</param>
/// <param name="Version">The schema of the containerd that the node image has.</param>
public sealed record PreloadOptions(Platform Platform, DateTimeOffset Epoch, MetadataVersion Version);

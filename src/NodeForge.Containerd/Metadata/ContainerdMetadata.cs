namespace NodeForge.Containerd.Metadata;

/// <summary>What containerd's <c>meta.db</c> says about images, content and snapshots. Leases, containers and sandboxes are not part of
/// it.</summary>
/// <param name="Version">The schema's version.</param>
/// <param name="Namespaces">The namespaces; <c>k8s.io</c> is the CRI's.</param>
public sealed record ContainerdMetadata(MetadataVersion Version, IReadOnlyList<MetadataNamespace> Namespaces);

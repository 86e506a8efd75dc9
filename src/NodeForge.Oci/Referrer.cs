namespace NodeForge.Oci;

/// <summary>A manifest that is attached to another one: a signature, an attestation, anything.</summary>
/// <param name="Descriptor">The manifest's; with its artifact type where that is known.</param>
/// <param name="Tag">The tag by which it is attached; null for one that names its subject itself.</param>
public sealed record Referrer(Descriptor Descriptor, string? Tag);

/// <summary>An artifact that is attached, or is to be: its manifest, and what that names.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Blobs">Its config and layers.</param>
public sealed record Artifact(RawDocument Manifest, IReadOnlyList<Layer> Blobs)
{
    /// <summary>What it is about.</summary>
    public required Descriptor Subject { get; init; }

    /// <summary>As the manifest has it; null for one that goes by its tag.</summary>
    public string? Type { get; init; }

    /// <summary>The tag by which it is found; null for one that names its subject itself.</summary>
    public string? Tag { get; init; }

    /// <summary>Whether the image's own index lists it, as BuildKit does with its attestations: it then goes where the index goes, and
    /// nobody else has to find it.</summary>
    public bool IsInIndex { get; init; }

    /// <summary>Shown in lists of referrers beside the type.</summary>
    public SortedDictionary<string, string>? Annotations { get; init; }

    /// <summary>What it stands in the place of: lists of referrers name that no longer. Null for nothing.</summary>
    public Digest? Replaces { get; init; }

    /// <summary>What two have in common that are one: the manifest, and how it is attached.</summary>
    public (Digest Manifest, string? Tag) Identity => (Manifest.Descriptor.Digest, Tag);

    /// <summary>The manifest's digest, and those of what it names.</summary>
    public IEnumerable<Digest> Digests => Blobs.Select(blob => blob.Descriptor.Digest).Prepend(Manifest.Descriptor.Digest).Distinct();

    /// <summary>What is attached to some images, each once: what is about an index comes with each of its platforms.</summary>
    public static IReadOnlyList<Artifact> Of(IEnumerable<Image> images) =>
        [.. images.SelectMany(image => image.Attached).DistinctBy(artifact => artifact.Identity)];
}

/// <summary>Where artifacts are attached to images: a layout, a registry.</summary>
public interface IArtifactTarget
{
    /// <summary>The manifest that a tag stands for; null for none.</summary>
    ValueTask<RawDocument?> FindTagAsync(string tag, CancellationToken cancellationToken);

    /// <summary>Brings artifacts to what they are about: blobs first, then manifests, and what lists them last. What is there already stays
    /// as it is.</summary>
    Task AttachAsync(IReadOnlyList<Artifact> artifacts, CancellationToken cancellationToken);
}

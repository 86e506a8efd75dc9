namespace NodeForge.Oci.Transports;

/// <summary>The annotations that name an image in a layout's index.</summary>
internal static class ImageAnnotations
{
    /// <summary>image-spec annotations.md: the name within the layout.</summary>
    public const string Tag = "org.opencontainers.image.ref.name";

    /// <summary>containerd and docker: the full name.</summary>
    public const string Name = "io.containerd.image.name";

    /// <summary>cosign: what an entry of a layout is, so that it verifies an image from disk.</summary>
    public const string Kind = "kind";

    public const string KindOfImage = "dev.cosignproject.cosign/image";
    public const string KindOfIndex = "dev.cosignproject.cosign/imageIndex";
    public const string KindOfSignatures = "dev.cosignproject.cosign/sigs";
    public const string KindOfAttestations = "dev.cosignproject.cosign/atts";

    /// <summary>Whether an entry of a layout's index is attached to an image, and is none.</summary>
    public static bool IsArtifact(Descriptor entry) =>
        entry.ArtifactType is { } type && type is not (MediaTypes.Config or MediaTypes.DockerConfig)
        || KindOf(entry) is KindOfSignatures or KindOfAttestations
        || (TagOf(entry) is { } tag && ReferrerTags.IsOne(tag));

    public static string? KindOf(Descriptor descriptor) => descriptor.Annotations?.GetValueOrDefault(Kind);

    public static string? TagOf(Descriptor descriptor) => descriptor.Annotations?.GetValueOrDefault(Tag);

    public static string? NameOf(Descriptor descriptor) => descriptor.Annotations?.GetValueOrDefault(Name);
}

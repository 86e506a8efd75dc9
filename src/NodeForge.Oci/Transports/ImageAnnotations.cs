namespace NodeForge.Oci.Transports;

/// <summary>The annotations that name an image in a layout's index.</summary>
internal static class ImageAnnotations
{
    /// <summary>image-spec annotations.md: the name within the layout.</summary>
    public const string Tag = "org.opencontainers.image.ref.name";

    /// <summary>containerd and docker: the full name.</summary>
    public const string Name = "io.containerd.image.name";

    public static string? TagOf(Descriptor descriptor) => descriptor.Annotations?.GetValueOrDefault(Tag);

    public static string? NameOf(Descriptor descriptor) => descriptor.Annotations?.GetValueOrDefault(Name);
}

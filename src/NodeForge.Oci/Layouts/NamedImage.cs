namespace NodeForge.Oci.Layouts;

/// <summary>An image to be written, and what it is to be called.</summary>
/// <param name="Root">Its manifest, or the index of its platforms, in the store.</param>
/// <param name="Reference">Its full name, under which engines load it (<c>io.containerd.image.name</c>, <c>RepoTags</c>); null for none.</param>
/// <param name="Tag">Its name within a layout (<c>org.opencontainers.image.ref.name</c>); null takes the reference's tag.</param>
public sealed record NamedImage(Descriptor Root, ImageReference? Reference = null, string? Tag = null)
{
    internal string? LayoutTag => Tag ?? Reference?.Tag;
}

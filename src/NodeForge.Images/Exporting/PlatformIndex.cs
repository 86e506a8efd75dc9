using NodeForge.Oci;

namespace NodeForge.Images.Exporting;

/// <summary>The index over one image's platforms.</summary>
internal static class PlatformIndex
{
    /// <summary>The images under an index; one alone needs none, and those that have one keep it.</summary>
    public static IReadOnlyList<Image> Over(IReadOnlyList<Image> images, BlobStore store)
    {
        if (images.Count == 1 || images.All(image => image.Indexes.Count > 0 && image.Root.Digest == images[0].Root.Digest))
            return images;
        RawDocument index = store.Write(
            MediaTypes.Index,
            OciJson.Write(new ImageIndex { Manifests = [.. images.Select(image => image.Descriptor with { Platform = image.Platform })] })
        );
        return [.. images.Select(image => image with { Indexes = [index] })];
    }
}

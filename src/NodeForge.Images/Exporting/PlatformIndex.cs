using NodeForge.Images.Assembly;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Images.Exporting;

/// <summary>The index over one image's platforms.</summary>
internal static class PlatformIndex
{
    public static Descriptor Write(IReadOnlyList<BuiltImage> images, BlobStore store)
    {
        byte[] json = OciJson.Write(new ImageIndex { Manifests = [.. images.Select(image => image.Manifest with { Platform = image.Platform })] });
        return new(MediaTypes.Index, store.Write(json), json.Length);
    }
}

using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>A blob to be placed in containerd's content store, byte for byte, owned by 0:0.</summary>
/// <param name="Path">Relative to containerd's root.</param>
/// <param name="Digest">Its content.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Image">The first image, in the order given, that needs it: by its first reference as it was given.</param>
public sealed record ContentFile(string Path, Digest Digest, long Size, string Image)
{
    /// <summary>0444: containerd commits blobs read-only.</summary>
    public const int Mode = 0x124;
}

using NodeForge.Oci;

namespace NodeForge.Bundles.Format;

/// <summary>What a bundle is that carries only what another one lacks: which one, and how the whole bundle is made of both.</summary>
/// <param name="Base">The index digest of the bundle that has the rest.</param>
/// <param name="Index">The index digest of the bundle that is made.</param>
/// <param name="VolumeSize">Bytes that a volume of it may have; 0 for one file.</param>
/// <param name="ChunkSize">Bytes that a record of it unpacks to at most.</param>
/// <param name="Level">How hard it is compressed.</param>
/// <param name="Encoding">What compresses it: the bytes are the same with this encoder only.</param>
/// <param name="Blobs">All of its blobs, in their order.</param>
public sealed record BundleDelta(
    Digest Base,
    Digest Index,
    long VolumeSize,
    int ChunkSize,
    int Level,
    string Encoding,
    IReadOnlyList<DeltaBlob> Blobs
)
{
    /// <summary>The media type of a carried blob that another one is made with.</summary>
    public const string MediaType = "application/vnd.nodeforge.blob-delta.v1";
}

/// <summary>A blob of the bundle that is made. It is carried whole where the delta lists it among its own blobs, made with
/// <paramref name="Delta"/> where there is one, and in the base otherwise.</summary>
/// <param name="Size">Bytes, as it unpacks.</param>
/// <param name="Delta">The carried blob with which it is made of the base's.</param>
/// <param name="AsIs">Whether it lies in the bundle as it is; null for one that is compressed.</param>
public sealed record DeltaBlob(Digest Digest, long Size, string MediaType, Digest? Delta = null, bool? AsIs = null);

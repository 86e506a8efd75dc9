namespace NodeForge.Oci;

/// <summary>A manifest, index or image config as it was written or found: the digest is of these bytes, never of a document that was read
/// and written again.</summary>
/// <param name="Descriptor">Its media type, the digest of <paramref name="Bytes"/> and their number.</param>
/// <param name="Bytes">As they are.</param>
public sealed record RawDocument(Descriptor Descriptor, ReadOnlyMemory<byte> Bytes)
{
    public bool IsIndex => MediaTypes.IsIndex(Descriptor.MediaType);

    /// <summary>A document that is made here.</summary>
    public static RawDocument Create(string mediaType, byte[] bytes) => new(new(mediaType, Digest.Of(bytes), bytes.Length), bytes);
}

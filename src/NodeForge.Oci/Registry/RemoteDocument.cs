namespace NodeForge.Oci.Registry;

/// <summary>A manifest or index as a registry gave it.</summary>
/// <param name="Descriptor">Its media type, the digest of <paramref name="Bytes"/> and their number.</param>
/// <param name="Bytes">As they came: the digest is of these.</param>
public sealed record RemoteDocument(Descriptor Descriptor, ReadOnlyMemory<byte> Bytes)
{
    public bool IsIndex => MediaTypes.IsIndex(Descriptor.MediaType);
}

/// <summary>An image for one platform in a registry.</summary>
/// <param name="Index">The index that named it; null when the reference is of the image itself.</param>
/// <param name="Raw">The manifest's bytes.</param>
/// <param name="Manifest">The manifest.</param>
public sealed record RemoteImage(RemoteDocument? Index, RemoteDocument Raw, Manifest Manifest);

using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>An entry of a layer to be written, and where its bytes are.</summary>
/// <param name="Header">The entry; its size is the content's.</param>
/// <param name="Content">Null for everything but files with bytes.</param>
public sealed record LayerEntry(TarEntry Header, LayerContent? Content);

/// <summary>Where a file's bytes are; opened only when they are written.</summary>
public abstract record LayerContent
{
    public abstract Stream Open();
}

/// <summary>Bytes at hand.</summary>
public sealed record InlineContent(ReadOnlyMemory<byte> Bytes) : LayerContent
{
    public override Stream Open() => new MemoryStream(Bytes.ToArray(), writable: false);
}

/// <summary>A blob of the store.</summary>
public sealed record BlobContent(BlobStore Store, Digest Digest) : LayerContent
{
    public override Stream Open() => Store.OpenVerified(Digest);
}

/// <summary>A stretch of a blob of the store: a file of an uncompressed layer.</summary>
/// <param name="Store">Has the blob.</param>
/// <param name="Digest">The blob.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
public sealed record BlobSlice(BlobStore Store, Digest Digest, long Offset, long Length) : LayerContent
{
    public override Stream Open() => new FileSlice(Store.SoundPathOf(Digest), Offset, Length);
}

/// <summary>A stretch of a file: of a spool, of an archive.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
public sealed record FileContent(string File, long Offset, long Length) : LayerContent
{
    public override Stream Open() => new FileSlice(File, Offset, Length);
}

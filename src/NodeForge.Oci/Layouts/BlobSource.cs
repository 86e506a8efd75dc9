using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layouts;

/// <summary>Where a layout's blobs are: a folder or an archive. What they hold is not to be trusted.</summary>
internal abstract class BlobSource
{
    /// <summary>Null when the blob is not there.</summary>
    public abstract long? SizeOf(Digest digest);

    /// <summary>Seekable.</summary>
    public abstract Stream Open(Digest digest);

    /// <summary>Fails where a blob is missing or not as long as its descriptor says.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageBlobMissing"/>, <see cref="ErrorCodes.ImageBlobMismatch"/>.</exception>
    public void Check(Descriptor descriptor, Location where)
    {
        long size = SizeOf(descriptor.Digest)
            ?? throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageBlobMissing, "the image names a blob that is not there") { Where = ImageTree.At(where, descriptor), Mend = "get a whole copy of the image" });
        if (size != descriptor.Size)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageBlobMismatch, "the blob does not have the size that the image names") { Where = ImageTree.At(where, descriptor), Got = $"{size} bytes", Want = $"{descriptor.Size} bytes", Mend = ErrorCodes.ImageBlobMismatch.Remedy });
    }

    /// <summary>A manifest, index or config, checked.</summary>
    /// <exception cref="NodeForgeException">As <see cref="Check"/>; <see cref="ErrorCodes.InvalidImageDocument"/> for one that is too long.</exception>
    public byte[] ReadDocument(Descriptor descriptor, Location where)
    {
        Check(descriptor, where);
        if (descriptor.Size > ImageDocument.MaxBytes)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageDocument, $"the document is longer than {ImageDocument.MaxBytes} bytes") { Where = ImageTree.At(where, descriptor), Got = $"{descriptor.Size} bytes", Mend = ErrorCodes.InvalidImageDocument.Remedy });
        byte[] bytes = new byte[descriptor.Size];
        using Stream content = Open(descriptor.Digest);
        int length = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        Digest digest = Digest.Of(bytes.AsSpan(0, length));
        return digest == descriptor.Digest
            ? bytes
            : throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageBlobMismatch, "the blob is not what its name says") { Where = ImageTree.At(where, descriptor), Got = digest.ToString(), Want = descriptor.Digest.ToString(), Mend = ErrorCodes.ImageBlobMismatch.Remedy });
    }
}

internal sealed class FolderBlobs(BlobStore store) : BlobSource
{
    // Build tools lay layouts out of links into their own stores; a link has a length of its own.
    public override long? SizeOf(Digest digest)
    {
        FileInfo blob = new(store.PathOf(digest));
        if (blob.LinkTarget is null)
            return store.SizeOf(digest);
        return AtomicFile.Guard(blob.FullName, () => blob.ResolveLinkTarget(returnFinalTarget: true)) is FileInfo { Exists: true } target ? target.Length : null;
    }

    public override Stream Open(Digest digest) => store.OpenRead(digest);
}

internal sealed class ArchiveBlobs(ArchiveIndex archive) : BlobSource
{
    public override long? SizeOf(Digest digest) => archive.Find(ArchiveEntries.PathOf(digest))?.Size;

    public override Stream Open(Digest digest) => archive.Open(archive.Find(ArchiveEntries.PathOf(digest))!);
}

using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layouts;

/// <summary>Brings blobs from one store into another on the same machine: by hard link where the file system can, else by copy.</summary>
internal static class BlobTransfer
{
    public static async Task BringAsync(BlobStore source, BlobStore target, Descriptor blob, CancellationToken cancellationToken)
    {
        string path = target.PathOf(blob.Digest);
        AtomicFile.Guard(path, () => Directory.CreateDirectory(Path.GetDirectoryName(path)!));
        // A blob is never written again once it has its name, so both stores may share it. A cache hashes it before, once in a process; what lay there is replaced, which is
        // quicker than to find out whether it is sound.
        if (AtomicFile.Guard(path, () => source.TryLink(blob.Digest, path)))
            return;
        if (target.SizeOf(blob.Digest) == blob.Size && target.Holds(blob.Digest))
            return;
        VerifyingStream content = source.OpenVerified(blob.Digest);
        await using (content.ConfigureAwait(false))
            await target.WriteAsync(content, blob.MediaType, blob.Digest, cancellationToken).ConfigureAwait(false);
    }
}

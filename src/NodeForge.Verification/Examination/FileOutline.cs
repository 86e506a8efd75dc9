using NodeForge.Oci.Tar;

namespace NodeForge.Verification.Examination;

/// <summary>Looks at the files of an image that this process has made: settings, records and documents are read, and blobs are what their
/// names say.</summary>
internal sealed class FileOutline(KeptBytes budget, CancellationToken cancellationToken)
{
    /// <returns>Null for a file of which there is nothing to remember.</returns>
    public FileFacts? Look(TarEntry entry, Stream content)
    {
        FileInterest interest = FileInterest.Of(entry.Path);
        if (interest.Archive)
            return new() { Archive = ArchivedImages.Read(content, entry.Path, budget, cancellationToken) };
        if (interest.Keep == 0)
            return null;
        if (entry.Size > interest.Keep)
            return interest.Blob is { } large ? new() { Digest = large } : null;
        if (entry.Size == 0)
            return new() { Bytes = ReadOnlyMemory<byte>.Empty, Digest = interest.Blob };
        int first = content.ReadByte();
        if (interest.Blob is { } name && first != '{')
            return new() { Digest = name };
        byte[] bytes = budget.Rent((int)entry.Size);
        bytes[0] = (byte)first;
        content.ReadExactly(bytes.AsSpan(1));
        return new() { Bytes = bytes, Digest = interest.Blob };
    }
}

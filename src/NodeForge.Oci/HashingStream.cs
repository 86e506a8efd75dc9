using System.Security.Cryptography;
using NodeForge.Oci.Content;

namespace NodeForge.Oci;

/// <summary>Passes bytes on and knows their digest in the end.</summary>
/// <param name="output">Where the bytes go; stays open.</param>
public sealed class HashingStream(Stream output) : WriteOnlyStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long length;

    public override long Length => length;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        hash.AppendData(buffer);
        length += buffer.Length;
        output.Write(buffer);
    }

    /// <summary>The digest of everything written since the beginning; ends the count.</summary>
    public Digest Finish() => Digest.FromHash(hash.GetHashAndReset());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            hash.Dispose();
        base.Dispose(disposing);
    }
}

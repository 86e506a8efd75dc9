using System.Security.Cryptography;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Verification.Examination;

/// <summary>Passes on what is read, and knows its digest and length in the end.</summary>
/// <param name="source">Disposed with this.</param>
internal sealed class HashingReader(Stream source) : ReadOnlyStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int read = source.Read(buffer);
        hash.AppendData(buffer[..read]);
        Count += read;
        return read;
    }

    /// <summary>The digest of everything that was read; ends the count.</summary>
    public Digest Finish() => Digest.FromHash(hash.GetHashAndReset());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}

using System.Security.Cryptography;

namespace NodeForge.Oci.Content;

/// <summary>Reads content by digest and size. The last bytes are given only when all of them are right, so that nobody comes to the end of wrong content.</summary>
/// <param name="content">The bytes; disposed with this.</param>
/// <param name="digest">What they must have.</param>
/// <param name="size">How many there must be.</param>
/// <param name="name">What messages call the content.</param>
public sealed class VerifyingStream(Stream content, Digest digest, long size, string name) : ReadOnlyStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long position;
    private bool verified;

    public override long Length => size;

    public override long Position { get => position; set => throw new NotSupportedException(); }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>: too short, too long, or other bytes.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (verified || (buffer.IsEmpty && size > 0))
            return 0;
        int count = content.Read(buffer[..(int)Math.Min(buffer.Length, size - position)]);
        if (count == 0 && position < size)
            throw Mismatch($"{size} bytes", $"{position} bytes");
        hash.AppendData(buffer[..count]);
        position += count;
        if (position == size)
            Verify();
        return count;
    }

    private void Verify()
    {
        Span<byte> beyond = stackalloc byte[1];
        if (content.Read(beyond) != 0)
            throw Mismatch($"{size} bytes", "more");
        Digest got = Digest.FromHash(hash.GetHashAndReset());
        if (got != digest)
            throw Mismatch(digest.ToString(), got.ToString());
        verified = true;
    }

    private NodeForgeException Mismatch(string want, string got) => new(new Diagnostic(ErrorCodes.DigestMismatch, "the content is not what its name says")
    {
        Where = new(name),
        Got = got,
        Want = want,
        Mend = "remove it and get it again",
    });

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
            content.Dispose();
        }

        base.Dispose(disposing);
    }
}

using System.Security.Cryptography;
using NodeForge.Oci.Content;

namespace NodeForge.Oci;

/// <summary>Reads content by digest and size. The last bytes are given only when all of them are right, so that nobody comes to the end of
/// wrong content.</summary>
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

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <summary>The bytes were hashed before, and are not hashed again.</summary>
    internal bool IsKnown { get; init; }

    /// <summary>Takes every byte that is hashed; null for nobody.</summary>
    internal QuickSum? Sum { get; init; }

    /// <summary>Hears when all bytes were read, hashed and are right.</summary>
    internal Action? WhenSound { get; init; }

    /// <summary>Says what is thrown for wrong bytes; null for <see cref="ErrorCodes.DigestMismatch"/>.</summary>
    internal Func<Diagnostic, NodeForgeException>? WhenWrong { get; init; }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>: too short, too long, or other bytes.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (verified || (buffer.IsEmpty && size > 0))
            return 0;
        int count = content.Read(buffer[..(int)Math.Min(buffer.Length, size - position)]);
        if (count == 0 && position < size)
            throw Mismatch($"{size} bytes", $"{position} bytes");
        if (!IsKnown)
        {
            hash.AppendData(buffer[..count]);
            Sum?.Append(buffer[..count]);
        }

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
        Digest got = IsKnown ? digest : Digest.FromHash(hash.GetHashAndReset());
        if (got != digest)
            throw Mismatch(digest.ToString(), got.ToString());
        verified = true;
        if (!IsKnown)
            WhenSound?.Invoke();
    }

    private NodeForgeException Mismatch(string want, string got)
    {
        Diagnostic wrong = new(ErrorCodes.DigestMismatch, "the content is not what its name says")
        {
            Where = new(name),
            Got = got,
            Want = want,
            Hint = "remove it and get it again",
        };
        return WhenWrong is { } told ? told(wrong) : new(wrong);
    }

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

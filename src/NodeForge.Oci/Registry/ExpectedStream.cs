using System.Security.Cryptography;

namespace NodeForge.Oci.Registry;

/// <summary>A body that must have a known length and digest; it is never read to its end without both being right.</summary>
internal sealed class ExpectedStream : Stream
{
    private readonly Stream inner;
    private readonly RegistryEndpoint endpoint;
    private readonly Uri address;
    private readonly Descriptor expected;
    private readonly TimeSpan stall;
    private readonly IncrementalHash? hash;
    private long position;
    private bool ended;

    /// <param name="inner">The body.</param>
    /// <param name="endpoint">Who sends it.</param>
    /// <param name="address">Where it was asked for, for errors.</param>
    /// <param name="expected">What it must be.</param>
    /// <param name="offset">Where it begins; the digest of a part cannot be known, and is then the caller's to check.</param>
    /// <param name="stall">How long a read may wait.</param>
    public ExpectedStream(Stream inner, RegistryEndpoint endpoint, Uri address, Descriptor expected, long offset, TimeSpan stall)
    {
        this.stall = stall;
        this.inner = inner;
        this.endpoint = endpoint;
        this.address = address;
        this.expected = expected;
        position = offset;
        hash = offset == 0 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using ExchangeLimit limit = new(stall, cancellationToken);
        int read;
        try
        {
            read = await inner.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
        }
        catch (Exception late) when (late is OperationCanceledException or IOException && limit.Expired)
        {
            throw RegistryErrors.Silent(endpoint, address, late);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw Broken(broken);
        }

        Account(buffer.Span[..read], buffer.Length > 0);
        return read;
    }

    // The network knows no limit of time but through a token.
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    private void Account(ReadOnlySpan<byte> read, bool zeroMeansEnd)
    {
        position += read.Length;
        if (position > expected.Size)
            throw RegistryErrors.Mismatch(
                endpoint,
                address.ToString(),
                "the blob is longer than its descriptor says",
                $"more than {expected.Size} bytes",
                $"{expected.Size} bytes",
                transient: false
            );
        hash?.AppendData(read);
        if (read.IsEmpty && zeroMeansEnd && !ended)
            End();
    }

    private void End()
    {
        ended = true;
        if (position < expected.Size)
            throw Broken(new EndOfStreamException($"the body ended after {position} of {expected.Size} bytes"));
        if (hash is not null && Digest.FromHash(hash.GetHashAndReset()) is var digest && digest != expected.Digest)
            throw RegistryErrors.Mismatch(
                endpoint,
                address.ToString(),
                "the blob is not what its name says",
                digest.ToString(),
                expected.Digest.ToString(),
                transient: false
            );
    }

    private NodeForgeException Broken(Exception cause) =>
        new RegistryFailure(endpoint.Registry, null, Transient: true, null).Attach(
            new(
                new Diagnostic(ErrorCodes.RegistryUnreachable, "the connection broke in the middle of a blob")
                {
                    Where = new(address.ToString()),
                    Got = $"{position} bytes; {cause.Message}",
                    Want = $"{expected.Size} bytes",
                    Hint = "run again: it is tried again",
                },
                cause
            )
        );

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => expected.Size;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

using System.Security.Cryptography;
using NodeForge.Oci.Content;

namespace NodeForge.Oci;

/// <summary>A blob being written: write, then <see cref="Commit"/>; disposed without it, nothing remains.</summary>
public sealed class BlobIngest : WriteOnlyStream
{
    // The disk works while the next bytes are made; a blob that is committed has then at most so much to wait for.
    private const int SyncStep = 4 << 20;
    private readonly BlobStore store;
    private readonly string temporary;
    private readonly FileStream file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly QuickSum? sum;
    private readonly long limit;
    private long length;
    private long begun;
    private bool ended;

    internal BlobIngest(BlobStore store, string folder, long limit)
    {
        this.limit = limit;
        this.store = store;
        sum = store.Cache is null ? null : new();
        temporary = AtomicFile.TemporaryOf(Path.Combine(folder, "blob"));
        file = AtomicFile.Guard(
            temporary,
            () =>
            {
                Directory.CreateDirectory(folder);
                return new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            }
        );
    }

    /// <summary>Makes the blob visible under its digest.</summary>
    /// <param name="expected">What the digest must be; null takes what came.</param>
    /// <param name="expectedSize">What the length must be, in bytes.</param>
    /// <returns>Digest and size; the media type is <c>application/octet-stream</c>.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>; nothing is kept then.</exception>
    /// <exception cref="InvalidOperationException">It was committed before, well or not: what failed is written anew.</exception>
    public Descriptor Commit(Digest? expected = null, long? expectedSize = null)
    {
        if (ended)
            throw new InvalidOperationException("An ingest is committed once.");
        ended = true;
        Digest digest = Digest.FromHash(hash.GetHashAndReset());
        if (expected is { } want && want != digest)
            throw Mismatch(want.ToString(), $"{digest} after {length} bytes");
        if (expectedSize is { } size && size != length)
            throw Mismatch($"{size} bytes", $"{length} bytes");
        AtomicFile.Guard(
            temporary,
            () =>
            {
                AtomicFile.Sync(file);
                file.Dispose();
                return 0;
            }
        );
        store.Adopt(temporary, digest, sum?.Value());
        return new("application/octet-stream", digest, length);
    }

    internal const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private NodeForgeException Mismatch(string want, string got) =>
        new(
            new Diagnostic(ErrorCodes.DigestMismatch, "the content is not what its name says")
            {
                Where = new(Path.GetDirectoryName(temporary)!),
                Got = got,
                Want = want,
            }
        );

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>: more comes than may;
    /// <see cref="ErrorCodes.DiskFull"/>.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > limit - length)
            throw Mismatch($"{limit} bytes", "more");
        hash.AppendData(buffer);
        sum?.Append(buffer);
        try
        {
            file.Write(buffer);
        }
        catch (IOException failure)
        {
            throw AtomicFile.Explain(temporary, failure);
        }

        length += buffer.Length;
        if (length - begun < SyncStep)
            return;
        AtomicFile.BeginSync(file, begun, length - begun);
        begun = length;
    }

    public override long Length => length;

    public override long Position
    {
        get => length;
        set => throw new NotSupportedException();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
            hash.Dispose();
            AtomicFile.Discard(temporary); // renamed away when all went well
        }

        base.Dispose(disposing);
    }
}

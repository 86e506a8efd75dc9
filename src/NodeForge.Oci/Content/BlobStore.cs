using System.Diagnostics.CodeAnalysis;

namespace NodeForge.Oci.Content;

/// <summary>Content by digest in a folder: <c>sha256/&lt;hex&gt;</c>, as in an OCI image layout's <c>blobs</c>.</summary>
/// <remarks>
/// A blob is complete and right or absent: it is written beside its place, hashed on the way, synced and renamed. Readers need no lock and two
/// writers of one digest agree, since both rename the same bytes.
/// </remarks>
public sealed class BlobStore
{
    private readonly string folder;

    /// <param name="folder">The folder that holds <c>sha256/</c>; made when the first blob is written.</param>
    public BlobStore(string folder) => this.folder = Path.GetFullPath(folder);

    /// <summary>Where a blob is or would be.</summary>
    public string PathOf(Digest digest) => Path.Combine(folder, "sha256", digest.Hex);

    public bool Contains(Digest digest) => File.Exists(PathOf(digest));

    /// <summary>The blob's length in bytes; null when it is absent.</summary>
    public long? SizeOf(Digest digest) => RegularFile.SizeOf(PathOf(digest));

    /// <summary>Opens a blob, seekable.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BlobMissing"/>: the store does not have it.</exception>
    public FileStream OpenRead(Digest digest)
    {
        try
        {
            // Readers hash or copy in chunks of their own: the stream's buffer would be one copy more.
            return new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NodeForgeException(new Diagnostic(ErrorCodes.BlobMissing, "the content is not in the store")
            {
                Where = new(folder, Detail: digest.ToString()),
                Mend = "run 'nodeforge fetch RECIPE', or build again: it is made anew",
            }, missing);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(PathOf(digest), failure);
        }
    }

    /// <summary>Opens a blob so that its last bytes come only when all of them have the digest.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="size">Its length as documents tell it; null takes the file's.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The stream that is returned owns the file.")]
    public VerifyingStream OpenVerified(Digest digest, long? size = null)
    {
        FileStream file = OpenRead(digest);
        return new(file, digest, size ?? file.Length, PathOf(digest));
    }

    /// <summary>Reads a small document whole, verified.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="maximum">Bytes that it may have; registries take manifests of 4 MiB.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BlobMissing"/>, <see cref="ErrorCodes.DigestMismatch"/>, <see cref="ErrorCodes.ContentTooLarge"/>.</exception>
    public byte[] ReadAllBytes(Digest digest, int maximum = 4 << 20)
    {
        using VerifyingStream stream = OpenVerified(digest);
        if (stream.Length > maximum)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ContentTooLarge, "the document is too large") { Where = new(folder, Detail: digest.ToString()), Got = $"{stream.Length} bytes", Want = $"at most {maximum}" });
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        if (bytes.Length == 0)
            _ = stream.ReadByte(); // nothing was read yet, so nothing was verified
        return bytes;
    }

    /// <summary>Begins to write a blob; it is invisible until committed.</summary>
    /// <param name="limit">Bytes that it may have: whoever sends more is stopped there.</param>
    public BlobIngest BeginIngest(long limit = long.MaxValue) => new(this, Path.Combine(folder, "sha256"), limit);

    /// <summary>Gives a blob another name outside the store: a hard link where that is possible, else a copy (by reference where the file system can).</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="target">The file; replaced when it is there. It is read-only: with a hard link, who writes to it writes to the store.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BlobMissing"/>, <see cref="ErrorCodes.DiskFull"/>, <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public void LinkOrCopy(Digest digest, string target)
    {
        using FileStream blob = OpenRead(digest);
        string path = Path.GetFullPath(target);
        string temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}-{Path.GetRandomFileName()}.part");
        try
        {
            AtomicFile.Guard(path, () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                if (!HardLink.TryCreate(PathOf(digest), temporary))
                    File.Copy(PathOf(digest), temporary);
                AtomicFile.Publish(temporary, path);
                return 0;
            });
        }
        finally
        {
            // rename(2) leaves both names when they are one file already.
            AtomicFile.Discard(temporary);
        }
    }

    /// <summary>Removes what killed processes left half-written. Whoever opens a store for a build calls it once.</summary>
    /// <param name="clock">Tells what is old: what somebody may still be writing is not.</param>
    /// <returns>How many files were removed.</returns>
    public int Sweep(TimeProvider clock)
    {
        string blobs = Path.Combine(folder, "sha256");
        if (!Directory.Exists(blobs))
            return 0;
        int removed = 0;
        foreach (FileInfo file in new DirectoryInfo(blobs).EnumerateFiles(".*.part"))
        {
            if (clock.GetUtcNow() - file.LastWriteTimeUtc < StaleAfter)
                continue;
            AtomicFile.Discard(file.FullName);
            removed++;
        }

        return removed;
    }

    // A download over a slow line writes every few seconds; a day without a byte has no writer.
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(1);

    /// <summary>Writes bytes at hand.</summary>
    public Digest Write(ReadOnlySpan<byte> content)
    {
        Digest digest = Digest.Of(content);
        if (Contains(digest))
            return digest;
        using BlobIngest ingest = BeginIngest();
        ingest.Write(content);
        ingest.Commit(digest, content.Length);
        return digest;
    }

    /// <summary>Writes a stream whose digest is known or not, hashing on the way.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>: the bytes are not the expected ones; nothing is kept.</exception>
    public async Task<Descriptor> WriteAsync(Stream content, string mediaType, Digest? expected, CancellationToken cancellationToken) =>
        await WriteAsync(content, mediaType, expected, expectedSize: null, cancellationToken).ConfigureAwait(false);

    /// <summary>Writes a stream whose digest and size are known or not; one that gives more than its size is stopped there.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>: the bytes are not the expected ones; nothing is kept.</exception>
    public async Task<Descriptor> WriteAsync(Stream content, string mediaType, Digest? expected, long? expectedSize, CancellationToken cancellationToken)
    {
        using BlobIngest ingest = BeginIngest(expectedSize ?? long.MaxValue);
        await content.CopyToAsync(ingest, 1 << 20, cancellationToken).ConfigureAwait(false);
        return ingest.Commit(expected, expectedSize) with { MediaType = mediaType };
    }
}

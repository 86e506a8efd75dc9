using NodeForge.Oci.Content;

namespace NodeForge.Oci;

/// <content>How blobs come into the store.</content>
public sealed partial class BlobStore
{
    /// <summary>Begins to write a blob; it is invisible until committed.</summary>
    /// <param name="limit">Bytes that it may have: whoever sends more is stopped there.</param>
    public BlobIngest BeginIngest(long limit = long.MaxValue) => new(this, Path.Combine(folder, "sha256"), limit);

    /// <summary>Takes a finished file whose bytes were hashed as they came: it becomes the blob.</summary>
    /// <param name="file">On the store's file system, synced; gone afterwards.</param>
    /// <param name="digest">The digest of its bytes.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiskFull"/>, <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public void Adopt(string file, Digest digest) => Adopt(file, digest, sum: null);

    internal void Adopt(string file, Digest digest, UInt128? sum)
    {
        string target = PathOf(digest);
        AtomicFile.Guard(
            target,
            () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.SetUnixFileMode(file, BlobIngest.ReadOnly);
                AtomicFile.Publish(file, target);
                return 0;
            }
        );
        Cache?.Know(digest, FileIdentity.Of(target), sum);
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

    /// <summary>Writes bytes at hand, unless they are there.</summary>
    public Digest Write(ReadOnlySpan<byte> content)
    {
        Digest digest = Digest.Of(content);
        if (SizeOf(digest) == content.Length && IsSound(digest))
            return digest;
        using BlobIngest ingest = BeginIngest();
        ingest.Write(content);
        ingest.Commit(digest, content.Length);
        return digest;
    }

    /// <summary>Writes a document, unless it is there.</summary>
    public RawDocument Write(string mediaType, byte[] document) => new(new(mediaType, Write(document), document.Length), document);

    /// <summary>Writes a stream whose digest is known or not, hashing on the way.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>: the bytes are not the expected ones; nothing is
    /// kept.</exception>
    public async Task<Descriptor> WriteAsync(Stream content, string mediaType, Digest? expected, CancellationToken cancellationToken) =>
        await WriteAsync(content, mediaType, expected, expectedSize: null, cancellationToken).ConfigureAwait(false);

    /// <summary>Writes a stream whose digest and size are known or not; one that gives more than its size is stopped there.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>: the bytes are not the expected ones; nothing is
    /// kept.</exception>
    public async Task<Descriptor> WriteAsync(
        Stream content,
        string mediaType,
        Digest? expected,
        long? expectedSize,
        CancellationToken cancellationToken
    )
    {
        using BlobIngest ingest = BeginIngest(expectedSize ?? long.MaxValue);
        await content.CopyToAsync(ingest, 1 << 20, cancellationToken).ConfigureAwait(false);
        return ingest.Commit(expected, expectedSize) with { MediaType = mediaType };
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using NodeForge.Oci.Content;

namespace NodeForge.Oci;

/// <summary>Content by digest in a folder: <c>sha256/&lt;hex&gt;</c>, as in an OCI image layout's <c>blobs</c>.</summary>
/// <remarks>
/// A blob is complete and right or absent: it is written beside its place, hashed on the way, synced and renamed. Readers need no lock and
/// two
/// writers of one digest agree, since both rename the same bytes. What a disk or a hand does to it later is found by a cache alone
/// (<see cref="Cache"/>);
/// whoever reads a layout from elsewhere checks what it reads.
/// </remarks>
public sealed partial class BlobStore
{
    private const int Step = 1 << 20;
    private readonly string folder;

    /// <param name="folder">The folder that holds <c>sha256/</c>; made when the first blob is written.</param>
    public BlobStore(string folder) => this.folder = Path.GetFullPath(folder);

    /// <summary>Set for a store whose content can be made or fetched again: every process reads each blob whole before or while it uses it,
    /// once, and removes a damaged one. Null takes blobs by their names.</summary>
    public BlobCache? Cache { get; init; }

    /// <summary>Where a blob is or would be.</summary>
    public string PathOf(Digest digest) => Path.Combine(folder, "sha256", digest.Hex);

    public bool Contains(Digest digest) => File.Exists(PathOf(digest));

    /// <summary>The blob's length in bytes; null when it is absent.</summary>
    public long? SizeOf(Digest digest) => RegularFile.SizeOf(PathOf(digest));

    /// <summary>Opens a blob, seekable; one of a cache is sound.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BlobMissing"/>: the store does not have it;
    /// <see cref="ErrorCodes.CachedContentDamaged"/>.</exception>
    public FileStream OpenRead(Digest digest)
    {
        RequireSound(digest);
        return Open(digest);
    }

    /// <summary>Where a blob is, for programs and readers that open files themselves; one of a cache is sound.</summary>
    /// <exception cref="NodeForgeException">As <see cref="OpenRead"/>.</exception>
    public string SoundPathOf(Digest digest)
    {
        RequireSound(digest);
        return PathOf(digest);
    }

    /// <summary>Reads a cache's blob, once in a process: it is hashed, or has the sum that it had when an earlier process hashed
    /// it.</summary>
    /// <exception cref="NodeForgeException">As <see cref="OpenRead"/>.</exception>
    public void RequireSound(Digest digest)
    {
        if (Cache is not { } cache || FileIdentity.Of(PathOf(digest)) is var file && cache.IsKnown(digest, file))
            return;
        if (cache.SumOf(digest, file) is { } listed && Sum(digest) == listed)
        {
            cache.Know(digest, file, listed);
            return;
        }

        using VerifyingStream content = OpenVerified(digest);
        ReadAll(content, _ => { });
    }

    private UInt128 Sum(Digest digest)
    {
        QuickSum sum = new();
        using FileStream content = Open(digest);
        ReadAll(content, sum.Append);
        return sum.Value();
    }

    private static void ReadAll(Stream content, Action<ReadOnlySpan<byte>> take)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Step);
        for (int count; (count = content.Read(buffer)) > 0; )
            take(buffer.AsSpan(0, count));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private bool IsSound(Digest digest)
    {
        try
        {
            RequireSound(digest);
            return true;
        }
        catch (NodeForgeException damaged) when (damaged.Is(ErrorCodes.CachedContentDamaged, ErrorCodes.BlobMissing))
        {
            return false;
        }
    }

    private FileStream Open(Digest digest)
    {
        try
        {
            // Readers hash or copy in chunks of their own: the stream's buffer would be one copy more.
            return new FileStream(
                PathOf(digest),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                bufferSize: 0,
                FileOptions.SequentialScan
            );
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.BlobMissing, "the content is not in the store")
                {
                    Where = new(folder, Detail: digest.ToString()),
                    Hint = "run 'nodeforge fetch RECIPE', or build again: it is remade",
                },
                missing
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(PathOf(digest), failure);
        }
    }

    /// <summary>Opens a blob so that its last bytes come only when all of them have the digest: for what is read to its end anyway. A cache
    /// hashes what it knows already not again.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="size">Its length as documents tell it; null takes the file's.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The stream that is returned owns the file.")]
    public VerifyingStream OpenVerified(Digest digest, long? size = null)
    {
        string path = PathOf(digest);
        FileIdentity? read = Cache is null ? null : FileIdentity.Of(path);
        FileStream file = Open(digest);
        QuickSum? sum = Cache is null ? null : new();
        return new(file, digest, size ?? file.Length, path)
        {
            IsKnown = Cache?.IsKnown(digest, read) == true,
            Sum = sum,
            WhenSound = () => Cache?.Know(digest, read, sum?.Value()),
            WhenWrong = Cache is { } cache ? wrong => cache.Remove(digest, path, read, wrong) : null,
        };
    }

    /// <summary>Reads a small document whole, verified.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="maximum">Bytes that it may have; registries take manifests of 4 MiB.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BlobMissing"/>, <see cref="ErrorCodes.DigestMismatch"/>,
    /// <see cref="ErrorCodes.ContentTooLarge"/>.</exception>
    public byte[] ReadAllBytes(Digest digest, int maximum = 4 << 20)
    {
        using VerifyingStream stream = OpenVerified(digest);
        if (stream.Length > maximum)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ContentTooLarge, "the document is too large")
                {
                    Where = new(folder, Detail: digest.ToString()),
                    Got = $"{stream.Length} bytes",
                    Want = $"at most {maximum}",
                }
            );
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        if (bytes.Length == 0)
            _ = stream.ReadByte(); // nothing was read yet, so nothing was verified
        return bytes;
    }

    /// <summary>Makes a name outside the store one of the blob's file; what was there under that name is replaced. One of a cache is
    /// sound.</summary>
    /// <returns>False when it cannot be: another file system, one without hard links, a foreign file.</returns>
    internal bool TryLink(Digest digest, string target)
    {
        string path = PathOf(digest);
        RequireSound(digest);
        FileIdentity? before = FileIdentity.Of(path);
        if (before is { } file && FileIdentity.Of(target) is { } there && there.IsSameFile(file))
            return true;
        if (!HardLink.TryCreate(path, target) && !TryReplace(path, target))
            return false;
        // A name more moves the change time, and nothing else.
        if (FileIdentity.Of(path) is { } after && after with { Changed = before?.Changed ?? 0 } == before)
            Cache?.Renamed(digest, after);
        return true;
    }

    private static bool TryReplace(string path, string target)
    {
        if (!File.Exists(target))
            return false;
        string temporary = AtomicFile.TemporaryOf(target);
        try
        {
            if (!HardLink.TryCreate(path, temporary))
                return false;
            File.Move(temporary, target, overwrite: true);
            return true;
        }
        finally
        {
            AtomicFile.Discard(temporary);
        }
    }

    /// <summary>Whether the blob is there with the bytes of its name; it is read, and stays as it is.</summary>
    internal bool Holds(Digest digest)
    {
        try
        {
            using FileStream file = Open(digest);
            using VerifyingStream content = new(file, digest, file.Length, PathOf(digest));
            content.CopyTo(Stream.Null, Step);
            return true;
        }
        catch (NodeForgeException wrong) when (wrong.Is(ErrorCodes.DigestMismatch, ErrorCodes.BlobMissing))
        {
            return false;
        }
    }
}

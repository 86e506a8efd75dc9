using System.Collections.Concurrent;
using NodeForge.Oci.Content;

namespace NodeForge.Oci;

/// <summary>What a process knows of a cache's blobs: which it has hashed, and which were damaged.</summary>
/// <remarks>A name and a size are no reason to believe bytes: disks rot, and so do copies of caches. SHA-256 of what a build uses costs
/// about a second for each gigabyte; of what an earlier process hashed, and nobody has written to since, a checksum does.</remarks>
/// <param name="list">The file of the cache that lists what earlier processes hashed, beside <c>sha256/</c>; null keeps none.</param>
public sealed class BlobCache(string? list = null)
{
    private readonly HashedFiles? listed = list is null ? null : new(list);
    private readonly ConcurrentDictionary<Digest, HashedFile> known = new();
    private readonly ConcurrentDictionary<Digest, Diagnostic> removed = new();

    /// <summary>What was damaged and removed so far. Whoever needed it failed with it, and finds it made or fetched again when it runs once
    /// more.</summary>
    public IReadOnlyCollection<Diagnostic> Removed => [.. removed.Values];

    internal bool IsKnown(Digest digest, FileIdentity? file) =>
        file is { } now && known.TryGetValue(digest, out HashedFile then) && then.Identity == now;

    /// <summary>The sum that the file's bytes had when an earlier process hashed them; null where none did.</summary>
    internal UInt128? SumOf(Digest digest, FileIdentity? file) => file is { } now ? listed?.SumOf(digest, now) : null;

    /// <summary>Lists for later processes what this one has hashed.</summary>
    public void Keep() => listed?.Add(known);

    /// <param name="sum">Of the bytes that were hashed; null where nobody has taken it: such a file is not listed.</param>
    internal void Know(Digest digest, FileIdentity? file, UInt128? sum)
    {
        if (file is { } now)
            known[digest] = new(now, sum);
    }

    /// <summary>A known file got another name, which moves its change time and nothing else.</summary>
    internal void Renamed(Digest digest, FileIdentity now)
    {
        if (known.TryGetValue(digest, out HashedFile then))
            known[digest] = then with { Identity = now };
    }

    /// <summary>Removes a damaged blob.</summary>
    /// <param name="digest">Its name.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="read">The file that was found wrong: one that somebody put in its place meanwhile stays.</param>
    /// <param name="wrong">What is wrong with it.</param>
    /// <returns><see cref="ErrorCodes.CachedContentDamaged"/>; the second time for one blob
    /// <see cref="ErrorCodes.CacheUnreliable"/>.</returns>
    internal NodeForgeException Remove(Digest digest, string path, FileIdentity? read, Diagnostic wrong)
    {
        known.TryRemove(digest, out _);
        if (FileIdentity.Of(path) is { } now && read is { } then && now.IsSameFile(then))
            AtomicFile.Discard(path);
        Diagnostic damaged = wrong with
        {
            Code = ErrorCodes.CachedContentDamaged,
            What = "content of the cache is damaged; it was removed",
            Hint = "run it again: it is made or fetched again",
        };
        return removed.TryAdd(digest, damaged)
            ? new(damaged)
            : new(
                wrong with
                {
                    Code = ErrorCodes.CacheUnreliable,
                    What = "content of the cache was rebuilt, and is damaged again",
                    Hint = ErrorCodes.CacheUnreliable.Remedy,
                }
            );
    }
}

/// <summary>A file that was hashed, as it was then.</summary>
/// <param name="Sum">A <see cref="QuickSum"/>.</param>
internal readonly record struct HashedFile(FileIdentity Identity, UInt128? Sum);

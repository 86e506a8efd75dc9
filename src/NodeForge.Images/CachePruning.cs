using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images;

/// <summary>Takes out of a cache whatever no lock needs: sources, and what was made of them.</summary>
/// <param name="cache">The cache's folder.</param>
/// <param name="environment">The cache.</param>
public sealed class CachePruning(string cache, BuildEnvironment environment)
{
    private readonly LockUses uses = new(Path.Combine(cache, "uses"));

    /// <summary>The actions that builds of these locks used, and the entries of what they name by digest.</summary>
    public IReadOnlySet<Digest> KeysOf(IEnumerable<RecipeLock> locks) =>
        locks.SelectMany(locked => uses.Of(locked).Concat(locked.Parts.SelectMany(SourcesOf).Select(ActionKey.OfSource))).ToHashSet();

    /// <summary>Whether a build of the lock is known here; of one that is not nobody knows what was made of its sources.</summary>
    public bool Knows(RecipeLock locked) => uses.Of(locked).Count > 0;

    /// <param name="locks">What stays.</param>
    /// <param name="dryRun">Counts, and removes nothing.</param>
    public PrunedCache Run(IReadOnlyList<RecipeLock> locks, bool dryRun)
    {
        IReadOnlySet<Digest> keys = KeysOf(locks);
        HashSet<Digest> blobs =
        [
            .. locks.SelectMany(locked => locked.Parts).SelectMany(Named),
            .. keys.SelectMany(key => environment.Actions.Find(key) ?? []).Select(output => output.Digest),
        ];
        // Records first: one whose content is gone would count as none anyway.
        (int records, _) = Remove("actions", keys, dryRun);
        (int content, long bytes) = Remove("blobs/sha256", blobs, dryRun);
        if (!dryRun)
            uses.Keep(locks);
        return new(records, content, bytes);
    }

    private (int Files, long Bytes) Remove(string folder, IReadOnlySet<Digest> kept, bool dryRun)
    {
        DirectoryInfo place = new(Path.Combine(cache, folder));
        int files = 0;
        long bytes = 0;
        if (!place.Exists)
            return (0, 0);
        foreach (FileInfo file in place.EnumerateFiles())
        {
            // Locks and halves have other names: whoever works on them knows when they go.
            if (!Digest.TryParse("sha256:" + file.Name, out Digest name) || kept.Contains(name))
                continue;
            files++;
            bytes += file.Length;
            if (!dryRun)
                AtomicFile.Discard(file.FullName);
        }

        return (files, bytes);
    }

    private static IEnumerable<Digest> SourcesOf(LockedPart part) =>
        part.Sources.SelectMany(source => source.Contents()).Select(content => content.Digest);

    private static IEnumerable<Digest> Named(LockedPart part) =>
        [.. SourcesOf(part), .. part.Layers ?? [], .. part.Output is { } output ? [output] : Array.Empty<Digest>()];
}

/// <summary>What was removed.</summary>
/// <param name="Records">Of actions.</param>
/// <param name="Blobs">Files of content.</param>
/// <param name="Bytes">Of content.</param>
public sealed record PrunedCache(int Records, int Blobs, long Bytes);

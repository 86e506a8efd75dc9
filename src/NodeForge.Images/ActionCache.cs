using System.Collections.Concurrent;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images;

/// <summary>Remembers what an action made: nothing is done twice whose inputs did not change.</summary>
/// <remarks>An entry counts only while all of its content is in the store; entries are small files that appear by rename.</remarks>
public sealed class ActionCache
{
    private static readonly TimeSpan QuietWait = TimeSpan.FromSeconds(2);
    private readonly string folder;
    private readonly BlobStore store;
    private readonly TimeProvider clock;
    private readonly IForgeReporter reporter;
    private readonly ConcurrentDictionary<Digest, byte> used = new();

    public ActionCache(string folder, BlobStore store, TimeProvider clock, IForgeReporter reporter)
    {
        this.folder = Path.GetFullPath(folder);
        this.store = store;
        this.clock = clock;
        this.reporter = reporter;
    }

    /// <summary>The actions that were found or done so far.</summary>
    public IReadOnlyCollection<Digest> Used => [.. used.Keys];

    /// <summary>The same cache, counting anew what is used.</summary>
    public ActionCache Anew() =>
        new(folder, store, clock, reporter)
        {
            Shared = Shared,
            TakesOnly = TakesOnly,
            Sources = Sources,
        };

    /// <summary>What other machines made; null where nobody is asked.</summary>
    public ISharedActions? Shared { get; private init; }

    /// <summary>Whether what others could have made is not made here.</summary>
    public bool TakesOnly { get; private init; }

    /// <summary>Brings the sources of a part of the lock; asked before something is made of them that others could have made. Null where
    /// all of it is at hand.</summary>
    public Func<LockedPart, Task>? Sources { get; private init; }

    /// <summary>The same cache, counting anew, where the sources of what others did not make are brought once they are needed.</summary>
    public ActionCache MadeFrom(Func<LockedPart, Task> sources) =>
        new(folder, store, clock, reporter)
        {
            Shared = Shared,
            TakesOnly = TakesOnly,
            Sources = sources,
        };

    /// <summary>The same cache, with others behind it.</summary>
    /// <param name="shared">What others made.</param>
    /// <param name="takesOnly">Whether what they did not make is an error.</param>
    public ActionCache SharedWith(ISharedActions shared, bool takesOnly = false) =>
        new(folder, store, clock, reporter) { Shared = shared, TakesOnly = takesOnly };

    private const int LongestRecord = 16 << 20; // a record of a thousand outputs has 0.3 MiB

    /// <summary>What the action made before, or null.</summary>
    public IReadOnlyList<ActionOutput>? Find(Digest key)
    {
        if (ReadRecord(PathOf(key)) is not { } json)
            return null;
        if (ActionRecord.Read(key, json) is not { } outputs)
        {
            Doubt(key, json);
            return null;
        }

        // What the content is, whoever reads it finds out (BlobStore.Cache).
        if (!outputs.All(output => store.SizeOf(output.Digest) == output.Size))
            return null;
        used.TryAdd(key, 0);
        return outputs;
    }

    private static byte[]? ReadRecord(string path)
    {
        // What is something else than a record has what is made put in its place.
        if (RegularFile.SizeOf(path) is not <= LongestRecord)
            return null;
        try
        {
            return RegularFile.ReadSmall(
                path,
                LongestRecord,
                length =>
                    new(
                        new Diagnostic(ErrorCodes.ActionRecordDamaged, "what an action made grows while it is read")
                        {
                            Where = new(path),
                            Got = $"{length} bytes",
                            Hint = ErrorCodes.ActionRecordDamaged.Remedy,
                        }
                    )
            );
        }
        catch (NodeForgeException absent) when (absent.InnerException is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Remember(Digest key, IReadOnlyList<ActionOutput> outputs)
    {
        AtomicFile.WriteAllBytes(PathOf(key), ActionRecord.Write(key, outputs));
        used.TryAdd(key, 0);
    }

    // Records of older versions have no checksum: they count as none, and nobody is told.
    private void Doubt(Digest key, byte[] record)
    {
        AtomicFile.Discard(PathOf(key));
        if (ActionRecord.IsOurs(record))
        {
            reporter.Warn(
                new Diagnostic(ErrorCodes.ActionRecordDamaged, "what an action made is not remembered rightly: it is done again")
                {
                    Where = new(PathOf(key)),
                    Hint = ErrorCodes.ActionRecordDamaged.Remedy,
                }
            );
        }
    }

    /// <summary>Finds what the action made, or does it, as one step of the build.</summary>
    /// <param name="key">What decides the result.</param>
    /// <param name="step">The step, begun; it is finished here.</param>
    /// <param name="run">Does the work and puts the content in the store.</param>
    /// <param name="cancellationToken">Ends the waiting for another build that does the same.</param>
    /// <param name="remember">False where the key is not sure to decide the result.</param>
    /// <param name="share">False where the key is of this machine, or the result is no more than what was fetched.</param>
    /// <param name="reads">The part of the lock whose packages and source files it is made of, where it is made of any.</param>
    public async Task<IReadOnlyList<ActionOutput>> GetOrRunAsync(
        Digest key,
        ForgeStep step,
        Func<Task<IReadOnlyList<ActionOutput>>> run,
        CancellationToken cancellationToken,
        bool remember = true,
        bool share = true,
        LockedPart? reads = null
    )
    {
        ISharedActions? shared = share && remember ? Shared : null;
        IReadOnlyList<ActionOutput>? known = Find(key);
        if (known is not null)
            step.Finish("cached");
        else
            known = await MakeAsync(key, step, () => RunAsync(run, reads), shared, remember, share, cancellationToken)
                .ConfigureAwait(false);
        // After the lock is free: whoever waits for the result does not wait until it is given away.
        if (shared is not null)
            await shared.GiveAsync(key, known, cancellationToken).ConfigureAwait(false);
        return known;
    }

    /// <summary>Takes note of what is at hand without the action having been run here, and leaves it for others.</summary>
    /// <param name="key">What decides the content.</param>
    /// <param name="outputs">In the store.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task GiveAsync(Digest key, IReadOnlyList<ActionOutput> outputs, CancellationToken cancellationToken)
    {
        if (Find(key) is null)
            Remember(key, outputs);
        if (Shared is { } shared)
            await shared.GiveAsync(key, outputs, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<ActionOutput>> RunAsync(Func<Task<IReadOnlyList<ActionOutput>>> run, LockedPart? reads)
    {
        if (reads is not null && Sources is { } bring)
            await bring(reads).ConfigureAwait(false);
        return await run().ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<ActionOutput>> MakeAsync(
        Digest key,
        ForgeStep step,
        Func<Task<IReadOnlyList<ActionOutput>>> run,
        ISharedActions? shared,
        bool remember,
        bool share,
        CancellationToken cancellationToken
    )
    {
        // Two builds that want the same thing: the second waits and finds it made.
        using DigestLock held = await DigestLock
            .TakeAsync(
                PathOf(key) + ".lock",
                QuietWait,
                clock,
                holder => reporter.Report(new ProgramSaid("nodeforge", $"waiting for {holder}, which makes the same")),
                cancellationToken
            )
            .ConfigureAwait(false);
        if (Find(key) is { } made)
        {
            step.Finish("made by another build");
            return made;
        }

        IReadOnlyList<ActionOutput>? taken = shared is null ? null : await shared.TakeAsync(key, cancellationToken).ConfigureAwait(false);
        if (taken is null && TakesOnly && share)
            throw NotShared(key);
        IReadOnlyList<ActionOutput> outputs = taken ?? await run().ConfigureAwait(false);
        if (remember)
            Remember(key, outputs);
        held.RemoveWhenReleased();
        string size = ByteCount.Show(outputs.Sum(output => output.Size));
        step.Finish(taken is null ? size : size + " of the shared cache");
        return outputs;
    }

    private static NodeForgeException NotShared(Digest key) =>
        new(
            new Diagnostic(ErrorCodes.SharedCacheLacks, "the shared cache does not have what this needs")
            {
                Want = "nf-" + key.Hex,
                Hint = ErrorCodes.SharedCacheLacks.Remedy,
            }
        );

    private string PathOf(Digest key) => Path.Combine(folder, key.Hex);
}

/// <summary>Content that an action made.</summary>
/// <param name="Name">What it is to the action.</param>
/// <param name="Digest">Its name in the store.</param>
/// <param name="Size">Bytes.</param>
public sealed record ActionOutput(string Name, Digest Digest, long Size)
{
    public string? MediaType { get; init; }

    /// <summary>For a layer: the digest of its plain tar.</summary>
    public Digest? DiffId { get; init; }

    /// <summary>For a file: whether it is a program.</summary>
    public bool Executable { get; init; }
}

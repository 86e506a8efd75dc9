using NodeForge.Images;
using NodeForge.Images.Fetching;
using NodeForge.Images.Sharing;
using NodeForge.Oci.Registry;
using NodeForge.Recipes.Locks;

namespace NodeForge;

/// <summary>The cache of this machine, and those of registries.</summary>
public sealed class CacheProvider
{
    private readonly ForgeOptions options;
    private readonly IForgeReporter reporter;
    private readonly BuildEnvironment environment;
    private readonly Func<Network> open;

    internal CacheProvider(ForgeOptions options, IForgeReporter reporter, BuildEnvironment environment, Func<Network> open)
    {
        this.options = options;
        this.reporter = reporter;
        this.environment = environment;
        this.open = open;
    }

    /// <summary>Takes out what no lock below a folder needs. Networked where a registry's is pruned.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NoLocksToKeep"/>: there is none, or of a registry's cache none whose
    /// builds are known here; what is wrong with a lock; what a registry refuses.</exception>
    public async Task<PruneOutcome> PruneAsync(PruneRequest request, CancellationToken cancellationToken)
    {
        string folder = options.Host.Resolve(request.KeepLocks);
        IReadOnlyList<(string Path, RecipeLock Lock)> locks = Locks(folder);
        CachePruning pruning = new(options.Cache, environment);
        string[] unknown = [.. locks.Where(found => !pruning.Knows(found.Lock)).Select(found => found.Path)];
        foreach (string path in unknown)
            reporter.Warn(Unknown(path));
        if (request.Shared is null)
            return new(locks.Count, pruning.Run([.. locks.Select(found => found.Lock)], request.DryRun), 0);
        CachePlace place = CachePlace.Parse(request.Shared);
        // What another machine made for a lock that was never built here would go, too.
        if (unknown.Length > 0)
            throw new NodeForgeException([.. unknown.Select(Unknown)]);
        int entries = await PruneAsync(
                place,
                pruning.KeysOf(locks.Select(found => found.Lock)).Select(key => key.Hex).ToHashSet(),
                request.DryRun,
                cancellationToken
            )
            .ConfigureAwait(false);
        return new(locks.Count, new(0, 0, 0), entries);
    }

    private async Task<int> PruneAsync(CachePlace place, HashSet<string> kept, bool dryRun, CancellationToken cancellationToken)
    {
        using Network network = open();
        RegistryTags tags = new(network.Registries());
        IReadOnlyList<string> all = await RetryAsync(() => tags.ListAsync(place.Repository, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        int removed = 0;
        // Tags that are no entries are somebody else's.
        foreach (string tag in all.Where(tag => CachePlace.KeyOf(tag) is { } key && !kept.Contains(key.Hex)))
        {
            removed++;
            if (!dryRun)
                await RetryAsync(
                        async () =>
                        {
                            await tags.DeleteAsync(place.Repository.Under(tag), cancellationToken).ConfigureAwait(false);
                            return true;
                        },
                        cancellationToken
                    )
                    .ConfigureAwait(false);
        }

        return removed;
    }

    private Task<T> RetryAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken) =>
        RegistryRetries.RunAsync(ask, new FetchOptions(), options.Host.Clock, cancellationToken);

    // A folder without locks would empty the cache: most often it is the wrong one.
    private static IReadOnlyList<(string, RecipeLock)> Locks(string folder)
    {
        string[] paths = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.lock.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : [];
        return paths.Length > 0
            ? [.. paths.Select(path => (path, RecipeLockFile.Read(path, path)))]
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.NoLocksToKeep, "there is no lock below the folder")
                {
                    Where = new(folder),
                    Want = "*.lock.json",
                    Hint = ErrorCodes.NoLocksToKeep.Remedy,
                }
            );
    }

    private static Diagnostic Unknown(string path) =>
        new(ErrorCodes.NoLocksToKeep, "no build of the lock is known here, so nothing that was made for it is kept")
        {
            Where = new(path),
            Hint = "build it here once; with --cache-from it takes no more than the time to fetch",
        };
}

/// <summary>What is pruned.</summary>
/// <param name="KeepLocks">A folder: what the locks in it need stays.</param>
public sealed record PruneRequest(string KeepLocks)
{
    /// <summary>A registry's cache instead of this machine's, <c>docker://HOST/REPOSITORY</c>; null for this machine's.</summary>
    public string? Shared { get; init; }

    /// <summary>Counts, and removes nothing.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What pruning came to.</summary>
/// <param name="Locks">How many were kept.</param>
/// <param name="Cache">Of this machine.</param>
/// <param name="Entries">Of a registry's cache.</param>
public sealed record PruneOutcome(int Locks, PrunedCache Cache, int Entries);

using NodeForge.Oci;

namespace NodeForge.Recipes.Locks;

/// <summary>Whether a lock is there, belongs to the recipe as it is now, and has all that a build asks of it.</summary>
public static class LockCheck
{
    /// <summary>Reads a recipe's lock and holds it against the recipe.</summary>
    /// <param name="recipe">The top recipe.</param>
    /// <param name="digest">From <see cref="RecipeDigest"/>.</param>
    /// <param name="platforms">What is to be built; each of them of the recipe's.</param>
    /// <param name="lockPath">The lock's path; null: beside the recipe.</param>
    /// <exception cref="NodeForgeException">Missing (NF2001), damaged (NF2004, NF2005), stale (NF2002) or lacking parts (NF2003, all of
    /// them).</exception>
    public static RecipeLock Load(Recipe recipe, Digest digest, IReadOnlyList<Platform> platforms, string? lockPath = null)
    {
        string path = lockPath ?? RecipeLockFile.DefaultPath(recipe.File);
        RecipeLock recipeLock = RecipeLockFile.Read(path, recipe.File);
        Diagnostic[] problems = [.. Problems(recipeLock, path, recipe, digest, platforms)];
        return problems.Length == 0 ? recipeLock : throw new NodeForgeException(problems);
    }

    /// <summary>What keeps a lock from being built from; empty when nothing does. A stale lock is told of alone: its parts mean
    /// nothing.</summary>
    public static IEnumerable<Diagnostic> Problems(
        RecipeLock recipeLock,
        string lockPath,
        Recipe recipe,
        Digest digest,
        IReadOnlyList<Platform> platforms
    )
    {
        if (recipeLock.Recipe != digest)
            return [Stale(lockPath, recipe, recipeLock.Recipe, digest)];
        return
        [
            .. LockedParts
                .All(recipe)
                .SelectMany(part => platforms.Select(platform => (Name: LockedParts.NameOf(recipe, part), Platform: platform)))
                .Where(part => recipeLock.Find(part.Name, part.Platform) is null)
                .Select(part => Lacks(recipe.File, part.Name, part.Platform) with { Where = new(lockPath) }),
        ];
    }

    internal static NodeForgeException Missing(string lockPath, string recipePath, Exception inner) =>
        new(
            new Diagnostic(ErrorCodes.LockMissing, "the recipe has no lock file")
            {
                Where = new(recipePath),
                Want = lockPath,
                Hint = Command(recipePath),
            },
            inner
        );

    internal static Diagnostic Lacks(string recipePath, string name, Platform platform) =>
        new(ErrorCodes.LockIncomplete, "the lock file lacks a part")
        {
            Where = new(RecipeLockFile.DefaultPath(recipePath)),
            Want = $"{name} for {platform}",
            Hint = Command(recipePath),
        };

    private static Diagnostic Stale(string lockPath, Recipe recipe, Digest locked, Digest now) =>
        new(ErrorCodes.LockStale, "the lock file is stale: the recipe, one it includes, a local file or a parameter has changed since")
        {
            Where = new(lockPath),
            Got = $"a lock of {locked.ShortHex}",
            Want = $"one of {now.ShortHex}",
            Hint = Command(recipe.File),
        };

    private static string Command(string recipePath) =>
        "run nodeforge lock " + (recipePath.Any(char.IsWhiteSpace) ? $"'{recipePath}'" : recipePath);
}

using System.Globalization;
using System.Text;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images;

/// <summary>Which actions builds of a lock used: what has to stay for the lock to be built again without making anything.</summary>
/// <remarks>A lock names its sources; what was made of them only a build knows.</remarks>
/// <param name="folder">A file for each lock, with a key a line.</param>
public sealed class LockUses(string folder)
{
    private const int MostBytes = 4 << 20; // fifty thousand keys

    /// <summary>Adds what a build of a lock used.</summary>
    public void Add(RecipeLock locked, IEnumerable<Digest> keys)
    {
        string[] all = [.. Of(locked).Concat(keys).Distinct().Order().Select(key => key.Hex)];
        AtomicFile.WriteAllBytes(PathOf(locked), Encoding.ASCII.GetBytes(string.Join('\n', all)));
    }

    /// <summary>The keys of actions; empty where no build of the lock is known.</summary>
    public IReadOnlyList<Digest> Of(RecipeLock locked)
    {
        string path = PathOf(locked);
        if (!File.Exists(path))
            return [];
        string text = Encoding.ASCII.GetString(
            RegularFile.ReadSmall(path, MostBytes, length => throw new IOException($"'{path}' has {length} bytes."))
        );
        return
        [
            .. text.Split('\n').Select(line => Digest.TryParse("sha256:" + line, out Digest key) ? key : (Digest?)null).OfType<Digest>(),
        ];
    }

    /// <summary>Forgets the builds of other locks.</summary>
    public void Keep(IEnumerable<RecipeLock> locks)
    {
        if (!Directory.Exists(folder))
            return;
        HashSet<string> kept = [.. locks.Select(PathOf)];
        foreach (string stale in Directory.EnumerateFiles(folder).Where(path => !kept.Contains(path)))
            AtomicFile.Discard(stale);
    }

    private string PathOf(RecipeLock locked) => Path.Combine(folder, IdentityOf(locked).Hex);

    // Without what was recorded to come out: a lock is recorded after it was built.
    private static Digest IdentityOf(RecipeLock locked) =>
        ActionKey.Of(
            "lock/1",
            [
                locked.Recipe.ToString(),
                locked.Epoch.ToString(CultureInfo.InvariantCulture),
                .. locked
                    .Parts.OrderBy(part => part.Recipe, StringComparer.Ordinal)
                    .ThenBy(part => part.Platform, StringComparer.Ordinal)
                    .SelectMany(part =>
                        part.Sources.Select(source => source.Digest.Hex)
                            .Order(StringComparer.Ordinal)
                            .Prepend($"{part.Recipe} {part.Platform}")
                    ),
            ]
        );
}

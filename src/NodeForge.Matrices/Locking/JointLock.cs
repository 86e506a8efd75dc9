using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Matrices.Locking;

/// <summary>The locks of a matrix as one: what two recipes include is locked to the same bits, and all have one epoch, without which no two
/// images would share a layer.</summary>
public sealed class JointLock
{
    private readonly Dictionary<(string File, string Platform), LockedPart> parts = [];
    private readonly Dictionary<string, RecipeLock> before = new(StringComparer.Ordinal);
    private readonly List<(MatrixImage Image, RecipeLock Lock)> locked = [];
    private readonly long? asked;

    /// <param name="existing">The locks so far, in the order of the matrix; where two differ, the first one's word counts.</param>
    /// <param name="epoch">SOURCE_DATE_EPOCH; null where it is not set.</param>
    public JointLock(IEnumerable<(MatrixImage Image, RecipeLock Lock)> existing, long? epoch)
    {
        foreach ((MatrixImage image, RecipeLock known) in existing)
        {
            before[image.Name] = known;
            Know(image, known);
        }

        asked = epoch ?? before.Values.FirstOrDefault()?.Epoch;
    }

    /// <summary>What locking an image begins with: its own lock so far, and what others have of the recipes that it includes.</summary>
    /// <returns>Null where nothing is known of it.</returns>
    public RecipeLock? PreviousOf(MatrixImage image)
    {
        RecipeLock? own = before.GetValueOrDefault(image.Name);
        List<LockedPart> known = [];
        foreach (Recipe recipe in LockedParts.All(image.Recipe))
        {
            string name = LockedParts.NameOf(image.Recipe, recipe);
            foreach (Platform platform in image.Recipe.Platforms)
            {
                LockedPart? part = parts.GetValueOrDefault((recipe.File, platform.ToString()));
                // Another image may be of the same recipe with other values: what both ask for is locked to one thing, too.
                if (recipe.File == image.Recipe.File)
                    part = own?.Parts.FirstOrDefault(part => part.Recipe == name && part.Platform == platform.ToString()) ?? part;
                if (part is not null)
                    known.Add(part with { Recipe = name });
            }
        }

        if (own is null && !known.Exists(part => part.Sources.Count > 0))
            return null;
        return new()
        {
            Recipe = own?.Recipe ?? default,
            Epoch = asked ?? locked.Select(known => known.Lock.Epoch).DefaultIfEmpty().Max(),
            Parts = known,
        };
    }

    /// <summary>Takes an image's lock as it was resolved.</summary>
    public void Add(MatrixImage image, RecipeLock resolved)
    {
        locked.Add((image, resolved));
        Know(image, resolved);
    }

    /// <summary>The locks, all of one epoch.</summary>
    public IEnumerable<(MatrixImage Image, RecipeLock? Before, RecipeLock Lock)> Finish()
    {
        long epoch = asked ?? locked.Select(known => known.Lock.Epoch).DefaultIfEmpty().Max();
        return locked.Select(each => (each.Image, before.GetValueOrDefault(each.Image.Name), At(each.Lock, epoch)));
    }

    // What an image, or a compiled Kubernetes, was recorded to come out as, it came out as at another epoch.
    private static RecipeLock At(RecipeLock known, long epoch) =>
        known.Epoch == epoch ? known : known with { Epoch = epoch, Parts = [.. known.Parts.Select(Unrecorded)] };

    private static LockedPart Unrecorded(LockedPart part) => part with { Output = null, Layers = null };

    private void Know(MatrixImage image, RecipeLock known)
    {
        foreach (Recipe recipe in LockedParts.All(image.Recipe))
        {
            string name = LockedParts.NameOf(image.Recipe, recipe);
            foreach (LockedPart part in known.Parts.Where(part => part.Recipe == name))
                parts.TryAdd((recipe.File, part.Platform), recipe.File == image.Recipe.File ? Unrecorded(part) : part);
        }
    }
}

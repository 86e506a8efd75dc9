using System.Text;
using NodeForge.Kubernetes;

namespace NodeForge.Recipes.Locks;

/// <summary>What moved between two locks of one recipe.</summary>
/// <param name="Changes">By part in the order of the later lock, then packages, files, images, output, each by name.</param>
public sealed record LockDifference(IReadOnlyList<LockChange> Changes)
{
    public bool IsEmpty => Changes.Count == 0;

    /// <param name="before">The lock at hand.</param>
    /// <param name="after">The lock that resolving gives now.</param>
    public static LockDifference Between(RecipeLock before, RecipeLock after)
    {
        (before, after) = (LockOrder.Sorted(before), LockOrder.Sorted(after));
        List<LockChange> changes = [];
        if (before.Recipe != after.Recipe)
            changes.Add(new("", "", "lock", "recipe", before.Recipe.ShortHex, after.Recipe.ShortHex));
        if (before.Epoch != after.Epoch)
            changes.Add(new("", "", "lock", "epoch", Time(before.Epoch), Time(after.Epoch)));
        (string, string)[] names = [.. after.Parts.Concat(before.Parts).Select(part => (part.Recipe, part.Platform)).Distinct()];
        foreach ((string recipe, string platform) in names)
        {
            LockedPart? Part(RecipeLock of) => of.Parts.FirstOrDefault(part => part.Recipe == recipe && part.Platform == platform);
            changes.AddRange(Parts(recipe, platform, Part(before), Part(after)));
        }

        return new(changes);
    }

    /// <summary>For <c>lock --check</c>: throws when anything moved.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LockMoved"/>, one diagnostic for each change.</exception>
    public void RefuseAny(string lockPath, string recipePath)
    {
        if (!IsEmpty)
            throw new NodeForgeException([.. Changes.Select(change => new Diagnostic(ErrorCodes.LockMoved, change.ToString())
            {
                Where = new(lockPath, Detail: change.Recipe.Length == 0 ? null : $"{change.Recipe} for {change.Platform}"),
                Mend = $"accept it with nodeforge lock {recipePath}",
            })]);
    }

    /// <summary>For people: a heading for each part, a line for each change; empty when nothing moved.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        foreach (IGrouping<(string Recipe, string Platform), LockChange> part in Changes.GroupBy(change => (change.Recipe, change.Platform)))
        {
            text.Append(part.Key.Recipe.Length == 0 ? "lock" : Printable.Escape($"{part.Key.Recipe} ({part.Key.Platform})")).Append('\n');
            foreach (LockChange change in part)
                text.Append("  ").Append(change).Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<LockChange> Parts(string recipe, string platform, LockedPart? before, LockedPart? after)
    {
        if (before is null || after is null)
            return [new(recipe, platform, "part", "", before is null ? null : Counts(before), after is null ? null : Counts(after))];
        return
        [
            .. Compare("package", before.Packages, after.Packages, package => package.Name + ":" + package.Architecture, package => package.Version, package => package.Digest.ShortHex + " of " + package.Suite + (package.Snapshot is { } at ? " at " + at : "") + " " + package.Path),
            .. Compare("file", before.Files, after.Files, file => file.Name, file => file.Digest.ShortHex, file => $"{file.Url ?? $"{file.Suite} {file.Path}"} {file.Snapshot} {file.Size}"),
            .. Compare("image", before.Images, after.Images, image => image.Reference, image => image.Digest.ShortHex, image => string.Join(' ', image.Blobs)),
            .. before.Output == after.Output ? Array.Empty<LockChange>() : [new(recipe, platform, "output", "", before.Output?.ShortHex, after.Output?.ShortHex)],
        ];

        IEnumerable<LockChange> Compare<T>(string kind, IReadOnlyList<T> earlier, IReadOnlyList<T> later, Func<T, string> name, Func<T, string> brief, Func<T, string> rest)
        {
            Dictionary<string, T> old = earlier.ToDictionary(name, StringComparer.Ordinal), now = later.ToDictionary(name, StringComparer.Ordinal);
            foreach (string key in old.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
            {
                string? was = old.TryGetValue(key, out T? o) ? brief(o) : null, isNow = now.TryGetValue(key, out T? n) ? brief(n) : null;
                if (was != isNow)
                    yield return new(recipe, platform, kind, key, was, isNow);
                else if (rest(o!) != rest(n!)) // the same version with other bytes, or from another place
                    yield return new(recipe, platform, kind, key, $"{was} ({rest(o!)})", $"{isNow} ({rest(n!)})");
            }
        }
    }

    private static string Counts(LockedPart part) => $"with {part.Packages.Count} packages, {part.Files.Count} files, {part.Images.Count} images";

    private static string Time(long epoch) => DateTimeOffset.FromUnixTimeSeconds(epoch).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}

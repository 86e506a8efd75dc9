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
            throw new NodeForgeException([
                .. Changes.Select(change => new Diagnostic(ErrorCodes.LockMoved, change.ToString())
                {
                    Where = new(lockPath, Detail: change.Recipe.Length == 0 ? null : $"{change.Recipe} for {change.Platform}"),
                    Hint = $"accept it with nodeforge lock {recipePath}",
                }),
            ]);
    }

    /// <summary>For people: a heading for each part, a line for each change; empty when nothing moved.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        foreach (
            IGrouping<(string Recipe, string Platform), LockChange> part in Changes.GroupBy(change => (change.Recipe, change.Platform))
        )
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
            .. Sources(recipe, platform, Keyed(before), Keyed(after)),
            .. before.Output == after.Output
                ? Array.Empty<LockChange>()
                : [new(recipe, platform, "output", "", before.Output?.ShortHex, after.Output?.ShortHex)],
        ];
    }

    private static IEnumerable<LockChange> Sources(
        string recipe,
        string platform,
        Dictionary<(LockedKind Kind, string Name), LockedSource> before,
        Dictionary<(LockedKind Kind, string Name), LockedSource> after
    )
    {
        foreach (
            (LockedKind Kind, string Name) key in before
                .Keys.Union(after.Keys)
                .OrderBy(key => key.Kind)
                .ThenBy(key => key.Name, StringComparer.Ordinal)
        )
        {
            LockedSource? old = before.GetValueOrDefault(key),
                now = after.GetValueOrDefault(key);
            LockChange change = new(recipe, platform, (old ?? now)!.Word(), key.Name, old?.Brief(), now?.Brief());
            if (change.Before != change.After)
                yield return change;
            else if (old!.Rest() != now!.Rest()) // the same version with other bytes, or from another place
                yield return change with
                {
                    Before = $"{change.Before} ({old.Rest()})",
                    After = $"{change.After} ({now.Rest()})",
                };
        }
    }

    private static Dictionary<(LockedKind Kind, string Name), LockedSource> Keyed(LockedPart part) =>
        part.Sources.ToDictionary(source => (source.Kind(), source.Key()));

    private static string Counts(LockedPart part) =>
        $"with {Quantity.Of(part.Packages.Count, "package")}, {Quantity.Of(part.Files.Count, "file")}, "
        + Quantity.Of(part.Images.Count, "image");

    private static string Time(long epoch) =>
        DateTimeOffset.FromUnixTimeSeconds(epoch).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}

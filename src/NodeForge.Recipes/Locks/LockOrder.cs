namespace NodeForge.Recipes.Locks;

/// <summary>The one order of a lock's contents: parts and blobs as they are, the rest by name.</summary>
internal static class LockOrder
{
    public static RecipeLock Sorted(RecipeLock recipeLock) => recipeLock with { Parts = [.. recipeLock.Parts.Select(Sorted)] };

    private static LockedPart Sorted(LockedPart part) =>
        part with
        {
            Sources = [.. part.Sources.OrderBy(source => source.Kind()).ThenBy(source => source.Order(), StringComparer.Ordinal)],
        };
}

namespace NodeForge.Recipes.Locks;

/// <summary>The one order of a lock's contents: parts and blobs as they are, the rest by name.</summary>
internal static class LockOrder
{
    public static RecipeLock Sorted(RecipeLock recipeLock) => recipeLock with { Parts = [.. recipeLock.Parts.Select(Sorted)] };

    private static LockedPart Sorted(LockedPart part) => part with
    {
        Packages = [.. part.Packages
            .OrderBy(package => package.Name, StringComparer.Ordinal)
            .ThenBy(package => package.Architecture, StringComparer.Ordinal)
            .ThenBy(package => package.Path, StringComparer.Ordinal)],
        Files = [.. part.Files.OrderBy(file => file.Name, StringComparer.Ordinal)],
        Images = [.. part.Images.OrderBy(image => image.Reference, StringComparer.Ordinal)],
    };
}

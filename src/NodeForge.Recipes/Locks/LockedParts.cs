using NodeForge.Oci;

namespace NodeForge.Recipes.Locks;

/// <summary>Which part of a lock belongs to which recipe.</summary>
public static class LockedParts
{
    /// <summary>How a lock calls a recipe: its path from the folder of the top recipe, with slashes.</summary>
    public static string NameOf(Recipe top, Recipe recipe) => Path.GetRelativePath(Path.GetDirectoryName(top.File)!, recipe.File);

    /// <summary>The recipe and all it includes, each file once, the top one first, in the order of the text.</summary>
    public static IReadOnlyList<Recipe> All(Recipe top)
    {
        List<Recipe> all = [];
        Collect(top, all);
        return all;
    }

    /// <summary>The part of a recipe for a platform.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LockIncomplete"/>.</exception>
    public static LockedPart Part(this RecipeLock recipeLock, Recipe top, Recipe recipe, Platform platform) =>
        recipeLock.Find(NameOf(top, recipe), platform)
        ?? throw new NodeForgeException(LockCheck.Lacks(top.File, NameOf(top, recipe), platform));

    internal static LockedPart? Find(this RecipeLock recipeLock, string name, Platform platform) =>
        recipeLock.Parts.FirstOrDefault(part => part.Recipe == name && part.Platform == platform.ToString());

    private static void Collect(Recipe recipe, List<Recipe> all)
    {
        if (all.Any(known => known.File == recipe.File))
            return;
        all.Add(recipe);
        foreach (Recipe include in recipe.Includes)
            Collect(include, all);
    }
}

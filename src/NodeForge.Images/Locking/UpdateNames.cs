using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Locking;

/// <summary>The words after --update.</summary>
internal static class UpdateNames
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.UpdateNameUnknown"/>, one for each word that names nothing.</exception>
    public static void Check(LockOptions options, Recipe top, IReadOnlyList<Recipe> recipes, RecipeLock? previous)
    {
        if (previous is null)
            return;
        HashSet<string> known =
        [
            LockOptions.All,
            .. recipes.SelectMany(recipe => new[] { recipe.Name, LockedParts.NameOf(top, recipe) }),
            .. previous.Parts.SelectMany(NamesOf),
            .. recipes.SelectMany(PartInputs.NamesOf),
        ];
        string[] unknown = [.. options.Update.Where(word => !known.Contains(word))];
        if (unknown.Length > 0)
            throw new NodeForgeException([
                .. unknown.Select(word => new Diagnostic(ErrorCodes.UpdateNameUnknown, $"the lock has nothing that is called '{word}'")
                {
                    Want = "a package, file, image or recipe of the lock, or all",
                    Hint = $"correct the name, or run 'nodeforge lock {top.File}' to see what the lock has",
                }),
            ]);
    }

    /// <summary>What of a part can be named.</summary>
    public static IEnumerable<string> NamesOf(LockedPart part) => part.Sources.Select(source => source.Called());
}

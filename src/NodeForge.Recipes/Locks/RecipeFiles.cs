using NodeForge.Oci.Content;

namespace NodeForge.Recipes.Locks;

/// <summary>Every local file that a recipe and those it includes take in: what a reader of a stranger's recipe wants to know
/// first.</summary>
public static class RecipeFiles
{
    /// <returns>Paths from the recipe's folder, each once, in the order of their bytes; of a folder every file in it, links not followed,
    /// and of a tree that is compiled the folder.</returns>
    public static IReadOnlyList<string> Of(Recipe top)
    {
        string folder = Path.GetDirectoryName(top.File)!;
        IEnumerable<string> files = LockedParts
            .All(top)
            .SelectMany(recipe =>
                recipe.LocalInputs.SelectMany(input => IsTree(recipe, input) ? [input] : Files(input)).Prepend(recipe.File)
            );
        return [.. files.Select(file => Path.GetRelativePath(folder, file)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    // Ten thousands of files that go into a compiler, and not into the image.
    private static bool IsTree(Recipe recipe, string input) =>
        recipe is KubernetesBuildRecipe build && (input == build.Tree?.Folder || input == build.Go);

    private static IEnumerable<string> Files(string input) =>
        !Directory.Exists(input)
            ? [input]
            : AtomicFile.Guard(
                input,
                () =>
                    new DirectoryInfo(input)
                        .EnumerateFileSystemInfos(
                            "*",
                            new EnumerationOptions
                            {
                                RecurseSubdirectories = true,
                                AttributesToSkip = FileAttributes.None,
                                ReturnSpecialDirectories = false,
                            }
                        )
                        .Where(item => item is FileInfo || item.LinkTarget is not null)
                        .Select(item => item.FullName)
                        .ToArray()
            );
}

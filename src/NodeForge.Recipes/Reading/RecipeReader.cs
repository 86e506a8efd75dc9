namespace NodeForge.Recipes.Reading;

/// <summary>Reads a recipe with every recipe that it includes. docs/recipes has a page for each kind.</summary>
public static class RecipeReader
{
    /// <param name="path">The file, absolute: what it names begins in its folder.</param>
    /// <param name="parameters">Values for the parameters that a node recipe declares, instead of its defaults.</param>
    /// <exception cref="NodeForgeException">Every problem of the file and of those it includes, in the order of the text: codes NF1001 to
    /// NF1021.
    /// What keeps a file from being understood at all (no YAML, too large) is the only one told of that file.</exception>
    public static Recipe Read(string path, IReadOnlyDictionary<string, string>? parameters = null)
    {
        RecipeSet files = new();
        Recipe? recipe = files.Top(Path.GetFullPath(path), parameters ?? new Dictionary<string, string>());
        Diagnostic[] problems = [.. files.Problems];
        return problems.Length == 0 && recipe is not null ? recipe : throw new NodeForgeException(problems);
    }
}

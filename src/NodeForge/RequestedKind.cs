using NodeForge.Recipes;

namespace NodeForge;

/// <summary>Holds a recipe against the kind that a command makes.</summary>
internal static class RequestedKind
{
    public static void Check(Recipe recipe, string kind)
    {
        string got = recipe.GetType().Name[..^"Recipe".Length];
        if (got == kind)
            return;
        throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidCommandLine, "the recipe is of another kind than this command makes")
        {
            Where = new(recipe.File),
            Got = got,
            Want = kind,
            Mend = $"run 'nodeforge build {CommandOf(got)} {recipe.File}'",
        });
    }

    private static string CommandOf(string kind) => kind switch
    {
        "BaseImage" => "base-image",
        "NodeImage" => "node-image",
        "ContainerImage" => "container-image",
        _ => "kubernetes",
    };
}

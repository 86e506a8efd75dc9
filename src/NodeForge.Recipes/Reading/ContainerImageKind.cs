using NodeForge.Recipes.Yaml;

namespace NodeForge.Recipes.Reading;

internal static class ContainerImageKind
{
    private static readonly string[] Keys = [.. RecipeHeader.Keys, "tags", "debian", .. ContentsSection.LayerKeys, .. ContentsSection.RunKeys];

    public static ContainerImageRecipe Read(RecipeFile file, YamlMapping top)
    {
        Fields recipe = new(file, top, "", Keys);
        return new()
        {
            File = file.Path,
            Name = RecipeHeader.Name(recipe),
            Platforms = RecipeHeader.Platforms(recipe),
            Tags = recipe.RequiredTexts("tags", Grammar.Tag),
            Debian = DebianSection.Extracted(recipe),
            Contents = ContentsSection.Read(recipe, binaries: true),
        };
    }
}

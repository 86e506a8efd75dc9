using NodeForge.Documents.Yaml;

namespace NodeForge.Recipes.Reading;

internal static class ContainerImageKind
{
    private static readonly string[] Keys =
    [
        .. RecipeHeader.Keys,
        "tags",
        "debian",
        .. ContentsSection.LayerKeys,
        .. ContentsSection.RunKeys,
    ];

    public static ContainerImageRecipe Read(DocumentFile file, YamlMapping top)
    {
        Fields recipe = new(file, top, "", Keys);
        return new()
        {
            File = file.Path,
            Name = RecipeHeader.Name(recipe),
            Platforms = RecipeHeader.Platforms(recipe),
            Tags = recipe.RequiredTexts("tags", RecipeGrammar.Tag),
            Debian = DebianSection.Extracted(recipe),
            Contents = ContentsSection.Read(recipe, binaries: true),
        };
    }
}

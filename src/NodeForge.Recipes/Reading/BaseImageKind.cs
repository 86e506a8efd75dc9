using NodeForge.Documents.Yaml;

namespace NodeForge.Recipes.Reading;

internal static class BaseImageKind
{
    private static readonly string[] Keys =
    [
        .. RecipeHeader.Keys,
        "debian",
        "systemd",
        .. ContentsSection.LayerKeys,
        .. ContentsSection.RunKeys,
    ];

    public static BaseImageRecipe Read(DocumentFile file, YamlMapping top)
    {
        Fields recipe = new(file, top, "", Keys);
        return new()
        {
            File = file.Path,
            Name = RecipeHeader.Name(recipe),
            Platforms = RecipeHeader.Platforms(recipe),
            Debian = DebianSection.Packages(recipe),
            Contents = ContentsSection.Read(recipe, binaries: false),
        };
    }
}

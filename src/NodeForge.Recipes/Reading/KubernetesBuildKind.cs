using NodeForge.Oci;
using NodeForge.Recipes.Files;
using NodeForge.Recipes.Yaml;

namespace NodeForge.Recipes.Reading;

internal static class KubernetesBuildKind
{
    private static readonly string[] Keys = [.. RecipeHeader.Keys, "version", "source", "toolchain", "script", "binaries", "images"];

    public static KubernetesBuildRecipe Read(RecipeSet set, RecipeFile file, YamlMapping top)
    {
        Fields recipe = new(file, top, "", Keys);
        IReadOnlyList<Platform> platforms = RecipeHeader.Platforms(recipe);
        return new()
        {
            File = file.Path,
            Name = RecipeHeader.Name(recipe),
            Platforms = platforms,
            Version = KubernetesSection.RequiredVersion(recipe),
            Source = recipe.RequiredSection("source", "debian") is { } source ? DebianSection.Source(source) : new("", ""),
            Toolchain = recipe.RequiredSection("toolchain", "debian") is { } toolchain ? DebianSection.Packages(toolchain) : new() { Suite = "", Packages = [] },
            Script = Script(recipe),
            Binaries = recipe.RequiredTexts("binaries", Grammar.Program),
            Images = Images(set, recipe, platforms),
        };
    }

    private static string Script(Fields recipe)
    {
        if (!recipe.Has("script"))
            recipe.ReportMissing("script");
        if (LocalInput.Resolve(recipe, "script", LocalKind.Folder) is not { } folder)
            return "";
        string program = Path.Combine(folder, "build");
        if (LocalPath.KindOf(program, follow: true) != LocalKind.File || !LocalPath.IsExecutable(program))
            recipe.File.Report(ErrorCodes.RecipePath, recipe["script"]!, "script has no program named build", got: program, want: "an executable file", mend: "name it build and set its x bit");
        return folder;
    }

    private static IReadOnlyList<ContainerImageRecipe> Images(RecipeSet set, Fields recipe, IReadOnlyList<Platform> platforms)
    {
        List<ContainerImageRecipe> images = [];
        foreach (YamlNode item in recipe.Items("images"))
        {
            if (set.Include<ContainerImageRecipe>(recipe.File, item, "an item of images", RecipeKind.ContainerImage) is not { } image)
                continue;
            RecipeHeader.ReportPlatformsLacking(recipe.File, item, platforms, image);
            if (images.Any(other => other.File == image.File))
                recipe.File.Report(ErrorCodes.RecipeDuplicateItem, item, $"{Path.GetFileName(image.File)} is listed twice in images", mend: "keep one of the two");
            else
                images.Add(image);
        }

        return images;
    }
}

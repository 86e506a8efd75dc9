using NodeForge.Documents.Yaml;
using NodeForge.Files;
using NodeForge.Oci;
using NodeForge.Recipes.Files;

namespace NodeForge.Recipes.Reading;

internal static class KubernetesBuildKind
{
    private static readonly string[] Keys = [.. RecipeHeader.Keys, "version", "source", "toolchain", "script", "binaries", "images"];

    public static KubernetesBuildRecipe Read(RecipeSet set, DocumentFile file, YamlMapping top)
    {
        Fields recipe = new(file, top, "", Keys);
        IReadOnlyList<Platform> platforms = RecipeHeader.Platforms(recipe);
        Fields? sources = recipe.RequiredSection("source", "debian", "folder", "tarball");
        string? source = sources?.ExactlyOne("debian", "folder", "tarball");
        Fields? toolchain = recipe.RequiredSection("toolchain", "debian", "folder");
        return new()
        {
            File = file.Path,
            Name = RecipeHeader.Name(recipe),
            Platforms = platforms,
            Version = KubernetesSection.RequiredVersion(recipe),
            Source = source == "debian" ? DebianSection.Source(sources!) : null,
            Tree = source is "folder" or "tarball" ? Tree(sources!, source) : null,
            Toolchain = toolchain is null ? new() { Suite = "", Packages = [] } : DebianSection.Packages(toolchain),
            Go = toolchain is null ? null : LocalInput.Resolve(toolchain, "folder", LocalKind.Folder),
            Script = Script(recipe),
            Binaries = recipe.RequiredTexts("binaries", RecipeGrammar.Program),
            Images = Images(set, recipe, platforms),
        };
    }

    private static SourceTree Tree(Fields fields, string key)
    {
        if (key == "folder")
            return new() { Folder = LocalInput.Resolve(fields, key, LocalKind.Folder) };
        bool url =
            fields[key] is YamlScalar { Text: var text }
            && (text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal));
        return url
            ? new() { Url = Urls.Template(fields, key, "{version}") }
            : new() { Tarball = LocalInput.Resolve(fields, key, LocalKind.File) };
    }

    private static string Script(Fields recipe)
    {
        if (!recipe.Has("script"))
            recipe.ReportMissing("script");
        if (LocalInput.Resolve(recipe, "script", LocalKind.Folder) is not { } folder)
            return "";
        string program = Path.Combine(folder, "build");
        if (LocalPath.KindOf(program, follow: true) != LocalKind.File || !LocalPath.IsExecutable(program))
            recipe.File.Report(
                ErrorCodes.RecipePath,
                recipe["script"]!,
                "script has no program named build",
                got: program,
                want: "an executable file",
                hint: "name it build and set its x bit"
            );
        return folder;
    }

    private static IReadOnlyList<ContainerImageRecipe> Images(RecipeSet set, Fields recipe, IReadOnlyList<Platform> platforms)
    {
        List<ContainerImageRecipe> images = [];
        foreach (YamlNode item in recipe.Items("images"))
        {
            // Short for a mapping with a recipe alone.
            Fields? fields = item is YamlMapping mapping ? new(recipe.File, mapping, "images", ["recipe", "tags"]) : null;
            if (fields is not null && !fields.Has("recipe"))
                fields.ReportMissing("recipe");
            if ((fields is null ? item : fields["recipe"]) is not { } at)
                continue;
            if (set.Include<ContainerImageRecipe>(recipe.File, at, "an item of images", RecipeKind.ContainerImage) is not { } image)
                continue;
            RecipeHeader.ReportPlatformsLacking(recipe.File, at, platforms, image);
            if (images.Any(other => other.File == image.File))
                recipe.File.Report(
                    ErrorCodes.RecipeDuplicateItem,
                    at,
                    $"{Path.GetFileName(image.File)} is listed twice in images",
                    hint: "keep one of the two"
                );
            else
                images.Add(
                    fields?.Has("tags") == true ? image with { Tags = fields.RequiredTexts("tags", RecipeGrammar.VersionedTag) } : image
                );
        }

        return images;
    }
}

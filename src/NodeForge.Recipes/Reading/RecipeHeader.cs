using NodeForge.Documents;
using NodeForge.Documents.Yaml;
using NodeForge.Oci;

namespace NodeForge.Recipes.Reading;

/// <summary>What every recipe begins with: apiVersion, kind, name, platforms.</summary>
internal static class RecipeHeader
{
    public const string ApiVersion = "nodeforge.dev/v1alpha1";

    public static readonly string[] Keys = ["apiVersion", "kind", "name", "platforms"];

    private static readonly string[] Architectures = ["amd64", "arm64"];

    /// <returns>Null, with a report, where the file is of a version or a kind that nobody here knows: its other keys mean nothing
    /// then.</returns>
    public static RecipeKind? Kind(DocumentFile file, YamlMapping top)
    {
        bool known = true;
        if (top.Find("apiVersion") is not { } version)
            known = Missing(file, top, "apiVersion", "apiVersion: " + ApiVersion);
        else if (file.Text(version, "apiVersion") is not ApiVersion)
            known = Unknown(file, version, "apiVersion", ApiVersion, null);
        string[] kinds = Enum.GetNames<RecipeKind>();
        if (top.Find("kind") is not { } kind)
            known = Missing(file, top, "kind", "one of " + string.Join(", ", kinds));
        else if (file.Text(kind, "kind") is not { } name || !kinds.Contains(name))
            known = Unknown(file, kind, "kind", "one of " + string.Join(", ", kinds), (kind as YamlScalar)?.Text);
        return known ? Enum.Parse<RecipeKind>(((YamlScalar)top.Find("kind")!).Text) : null;
    }

    public static Recipe Read(
        RecipeSet set,
        DocumentFile file,
        YamlMapping top,
        RecipeKind kind,
        IReadOnlyDictionary<string, string> parameters
    )
    {
        if (kind == RecipeKind.NodeImage)
            return NodeImageKind.Read(set, file, top, parameters);
        foreach (string name in parameters.Keys.Order(StringComparer.Ordinal))
            file.Add(Parameters.Undeclared(file, name, []));
        return kind switch
        {
            RecipeKind.BaseImage => BaseImageKind.Read(file, top),
            RecipeKind.ContainerImage => ContainerImageKind.Read(file, top),
            _ => KubernetesBuildKind.Read(set, file, top),
        };
    }

    public static string Name(Fields recipe) => recipe.Required("name", RecipeGrammar.Name);

    /// <summary>The platforms, each one that Debian and Kubernetes are both built for.</summary>
    public static IReadOnlyList<Platform> Platforms(Fields recipe)
    {
        Dictionary<string, Platform> platforms = new(StringComparer.Ordinal);
        foreach (YamlNode item in recipe.RequiredItems("platforms"))
        {
            if (recipe.File.Text(item, "an item of platforms") is not { } text)
                continue;
            if (
                !Platform.TryParse(text, out Platform? platform)
                || platform.Os != "linux"
                || platform.Variant is not null
                || !Architectures.Contains(platform.Architecture)
            )
                recipe.File.Report(
                    ErrorCodes.RecipePlatform,
                    item,
                    "images cannot be made for this platform",
                    got: Quoted.Short(text),
                    want: "linux/amd64 or linux/arm64"
                );
            else if (!platforms.TryAdd(platform.ToString(), platform))
                recipe.File.Report(
                    ErrorCodes.RecipeDuplicateItem,
                    item,
                    $"{text} is listed twice in platforms",
                    hint: "keep one of the two"
                );
        }

        return [.. platforms.Values];
    }

    /// <summary>Reports platforms of a recipe that one of its includes is not made for.</summary>
    public static void ReportPlatformsLacking(DocumentFile file, YamlNode at, IReadOnlyList<Platform> platforms, Recipe? included)
    {
        if (included is null || included.Platforms.Count == 0)
            return;
        foreach (Platform platform in platforms.Where(platform => !included.Platforms.Any(other => other.Accepts(platform))))
            file.Report(
                ErrorCodes.RecipePlatform,
                at,
                $"{Path.GetFileName(included.File)} is not made for {platform}",
                got: string.Join(", ", included.Platforms),
                want: platform.ToString(),
                hint: $"add {platform} to the platforms of {included.File}"
            );
    }

    private static bool Missing(DocumentFile file, YamlMapping top, string key, string want)
    {
        file.Report(ErrorCodes.RecipeMissingKey, top, $"{key} is missing", want: want);
        return false;
    }

    private static bool Unknown(DocumentFile file, YamlNode at, string key, string want, string? word)
    {
        if (at is YamlScalar { Type: ScalarType.String } scalar)
            file.Report(
                ErrorCodes.RecipeUnknownKind,
                at,
                $"this {key} is not known",
                got: Quoted.Short(scalar.Text),
                want: want,
                hint: word is not null && DidYouMean.Nearest(word, Enum.GetNames<RecipeKind>()) is { } near ? $"did you mean {near}?" : null
            );
        return false;
    }
}

using NodeForge.Documents;
using NodeForge.Documents.Yaml;
using NodeForge.Oci;

namespace NodeForge.Recipes.Reading;

/// <summary>The <c>images:</c> and <c>preload:</c> of a node recipe.</summary>
internal static class PreloadSection
{
    private static readonly Dictionary<string, PreloadMethod> Methods = new(StringComparer.Ordinal)
    {
        ["archives"] = PreloadMethod.Archives,
        ["content-store"] = PreloadMethod.ContentStore,
    };
    private static readonly Dictionary<string, PreloadedLayers> Layers = new(StringComparer.Ordinal)
    {
        ["kept"] = PreloadedLayers.Kept,
        ["uncompressed"] = PreloadedLayers.Uncompressed,
    };

    public static IReadOnlyList<PreloadedImage> Images(RecipeSet set, Fields recipe, IReadOnlyList<Platform> platforms)
    {
        List<PreloadedImage> images = [];
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        foreach (YamlNode item in recipe.Items("images"))
        {
            if (item is not YamlMapping mapping)
            {
                recipe.File.WrongType(item, "an item of images", "a mapping such as {image: docker://registry.k8s.io/pause:3.10}");
                continue;
            }

            Fields fields = new(recipe.File, mapping, "images", ["recipe", "image", "kubeadm", "digest", "tags"]);
            string? what = fields.ExactlyOne("recipe", "image", "kubeadm");
            if (what == "kubeadm")
            {
                ReportOddKubeadm(fields, lines);
                if (fields.Flag("kubeadm", otherwise: true))
                    images.Add(new() { OfKubeadm = true });
                continue;
            }

            PreloadedImage image = Image(set, fields, what, platforms);
            images.Add(image);
            ReportClaimed(recipe.File, item, image, lines);
        }

        return images;
    }

    /// <summary>False where an item says <c>kubeadm: false</c>.</summary>
    public static bool HeldAgainstKubeadm(Fields recipe) =>
        (recipe["images"] as YamlSequence)
            ?.Items.OfType<YamlMapping>()
            .Any(item => item.Find("kubeadm") is YamlScalar { Type: ScalarType.Boolean } scalar && scalar.Text[0] is 'f' or 'F') != true;

    /// <summary><c>preload: archives</c>, or <c>preload: {method: archives, layers: uncompressed}</c>.</summary>
    public static Preloading Read(Fields recipe)
    {
        if (recipe["preload"] is not YamlMapping)
            return new(Word(recipe, "preload", "method", Methods, PreloadMethod.ContentStore));
        Fields section = recipe.Section("preload", "method", "layers", "unpack")!;
        if (!section.Has("method"))
            section.ReportMissing("method");
        Preloading read = new(Word(section, "method", "method", Methods, PreloadMethod.ContentStore))
        {
            Layers = Word(section, "layers", "form", Layers, PreloadedLayers.Kept),
            Unpack = section.Flag("unpack", otherwise: false),
        };
        if (read is { Unpack: true, Method: PreloadMethod.Archives })
            section.File.Report(
                ErrorCodes.RecipeInvalidValue,
                section["unpack"]!,
                "archives are unpacked by the node that imports them",
                got: "unpack: true",
                want: "method: content-store",
                hint: "write method: content-store, or leave unpack out"
            );
        return read;
    }

    private static T Word<T>(Fields fields, string key, string kind, Dictionary<string, T> known, T otherwise)
    {
        if (fields.Optional(key) is not { } text)
            return otherwise;
        if (known.TryGetValue(text, out T? meant))
            return meant;
        fields.File.Report(
            ErrorCodes.RecipeInvalidValue,
            fields[key]!,
            $"{key} is no {kind} that is known",
            got: Quoted.Short(text),
            want: string.Join(" or ", known.Keys),
            hint: DidYouMean.Nearest(text, known.Keys) is { } near ? $"did you mean {near}?" : null
        );
        return otherwise;
    }

    private static PreloadedImage Image(RecipeSet set, Fields fields, string? what, IReadOnlyList<Platform> platforms)
    {
        IReadOnlyList<string> tags = fields.Texts("tags", RecipeGrammar.Tag);
        if (what != "recipe")
            return new() { Image = ImageSourceText.Read(fields), Tags = tags };
        NodeImageKind.ReportDigestOfRecipe(fields);
        YamlNode at = fields["recipe"]!;
        ContainerImageRecipe? included = set.Include<ContainerImageRecipe>(fields.File, at, "recipe", RecipeKind.ContainerImage);
        RecipeHeader.ReportPlatformsLacking(fields.File, at, platforms, included);
        if (included?.Contents.Files.FirstOrDefault(file => file.Kind == FileSourceKind.KubernetesBinary) is { } binary)
            fields.File.Report(
                ErrorCodes.RecipeIncludeKind,
                at,
                $"{Path.GetFileName(included.File)} holds {binary.KubernetesBinary} of a Kubernetes build",
                hint: "list it in the images of the KubernetesBuild; it comes with the server tarball"
            );
        return new() { Recipe = included, Tags = tags };
    }

    private static void ReportOddKubeadm(Fields fields, Dictionary<string, int> lines)
    {
        foreach (string key in (string[])["digest", "tags"])
        {
            if (fields[key] is { } node)
                fields.File.Report(
                    ErrorCodes.RecipeChoice,
                    node,
                    $"kubeadm takes no {key}",
                    hint: "leave it out; the lock file pins what kubeadm names"
                );
        }

        if (!lines.TryAdd("kubeadm", fields.Mapping.Line))
            fields.File.Report(
                ErrorCodes.RecipeDuplicateItem,
                fields.Mapping,
                "kubeadm is listed twice in images",
                hint: $"keep one of the two; the first is in line {lines["kubeadm"]}"
            );
    }

    private static void ReportClaimed(DocumentFile file, YamlNode at, PreloadedImage image, Dictionary<string, int> lines)
    {
        foreach (string name in image.Names ?? [])
        {
            if (!lines.TryAdd(name, at.Line))
                file.Report(
                    ErrorCodes.RecipeDuplicateItem,
                    at,
                    $"two images claim {name}",
                    hint: $"give one of them other tags; the first is in line {lines[name]}"
                );
        }
    }
}

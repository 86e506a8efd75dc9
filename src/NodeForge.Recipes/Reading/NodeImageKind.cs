using NodeForge.Documents.Yaml;
using NodeForge.Files;
using NodeForge.Oci;
using NodeForge.Recipes.Files;

namespace NodeForge.Recipes.Reading;

internal static class NodeImageKind
{
    private static readonly string[] Keys =
    [
        .. RecipeHeader.Keys,
        "parameters",
        "base",
        "kubernetes",
        "components",
        "images",
        "preload",
        "manifests",
        "systemd",
        .. ContentsSection.LayerKeys,
    ];
    private static readonly string[] ComponentNames = ["containerd", "runc", "cni", "crictl"];

    public static NodeImageRecipe Read(RecipeSet set, DocumentFile file, YamlMapping top, IReadOnlyDictionary<string, string> overrides)
    {
        Fields recipe = new(file, top, "", Keys);
        Parameters parameters = Parameters.Read(file, recipe["parameters"], overrides);
        file.Meaning = scalar => parameters.Fill(file, scalar);
        IReadOnlyList<Platform> platforms = RecipeHeader.Platforms(recipe);
        NodeImageRecipe node = new()
        {
            File = file.Path,
            Name = RecipeHeader.Name(recipe),
            Platforms = platforms,
            Parameters = parameters.Values,
            Base = Base(set, recipe, platforms),
            Kubernetes = KubernetesSection.Read(set, recipe, platforms),
            Components = Components(recipe),
            Images = PreloadSection.Images(set, recipe, platforms),
            HeldAgainstKubeadm = PreloadSection.HeldAgainstKubeadm(recipe),
            Preload = PreloadSection.Read(recipe),
            Manifests = Manifests(recipe),
            Contents = ContentsSection.Read(recipe, binaries: false),
        };
        parameters.ReportUnused(file);
        return node;
    }

    private static BaseSource Base(RecipeSet set, Fields recipe, IReadOnlyList<Platform> platforms)
    {
        if (recipe.RequiredSection("base", "recipe", "image", "digest") is not { } fields)
            return new(null, null);
        if (fields.ExactlyOne("recipe", "image") != "recipe")
            return new(null, ImageSourceText.Read(fields));
        ReportDigestOfRecipe(fields);
        BaseImageRecipe? included = set.Include<BaseImageRecipe>(fields.File, fields["recipe"]!, "recipe", RecipeKind.BaseImage);
        RecipeHeader.ReportPlatformsLacking(fields.File, fields["recipe"]!, platforms, included);
        return new(included, null);
    }

    public static void ReportDigestOfRecipe(Fields fields)
    {
        if (fields["digest"] is { } digest)
            fields.File.Report(
                ErrorCodes.RecipeChoice,
                digest,
                "a recipe takes no digest",
                hint: "leave it out; the lock file pins what the recipe is made of"
            );
    }

    private static IReadOnlyList<ComponentSource> Components(Fields recipe)
    {
        List<ComponentSource> components = [];
        if (recipe.Section("components", ComponentNames) is not { } all)
            return components;
        foreach (string name in all.Mapping.Entries.Select(entry => entry.Key.Text).Intersect(ComponentNames))
        {
            if (all.Section(name, "url", "checksums", "tarball", "version", "path") is not { } fields)
                continue;
            string? source = fields.ExactlyOne("url", "tarball");
            if (source == "tarball" && fields["checksums"] is { } checksums)
                fields.File.Report(
                    ErrorCodes.RecipeChoice,
                    checksums,
                    "a tarball of this machine takes no checksums",
                    hint: "leave it out; the lock file pins the tarball"
                );
            components.Add(
                new(name)
                {
                    Url = source == "url" ? Urls.Template(fields, source, "{architecture}") : null,
                    Checksums = Urls.Template(fields, "checksums", "{architecture}"),
                    Tarball = source == "tarball" ? LocalInput.Resolve(fields, source, LocalKind.File) : null,
                    Version = fields.Optional("version", RecipeGrammar.ComponentVersion),
                    Path = fields.Optional("path", RecipeGrammar.ImagePath),
                }
            );
        }

        return components;
    }

    private static NodeManifests Manifests(Fields recipe) =>
        recipe.Section("manifests", "podNetwork", "storage") is { } fields
            ? new(LocalInput.Resolve(fields, "podNetwork", LocalKind.File), LocalInput.Resolve(fields, "storage", LocalKind.File))
            : new(null, null);
}

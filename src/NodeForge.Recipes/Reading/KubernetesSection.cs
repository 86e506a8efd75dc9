using NodeForge.Documents;
using NodeForge.Documents.Yaml;
using NodeForge.Files;
using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Recipes.Files;

namespace NodeForge.Recipes.Reading;

/// <summary>The <c>kubernetes:</c> of a node recipe, and the <c>version:</c> that it shares with the build.</summary>
internal static class KubernetesSection
{
    private static readonly string[] Sources = ["recipe", "release", "tarball", "folder"];

    public static KubernetesSource Read(RecipeSet set, Fields recipe, IReadOnlyList<Platform> platforms)
    {
        KubernetesSource nothing = new() { Version = "" };
        if (recipe.RequiredSection("kubernetes", ["version", "source", .. Sources]) is not { } fields)
            return nothing;
        string? source = fields.ExactlyOne(Sources);
        if (source == "recipe")
            return Built(set, fields, platforms);
        if (fields["source"] is { } tree)
            fields.File.Report(
                ErrorCodes.RecipeChoice,
                tree,
                "source goes with a recipe that compiles",
                hint: "leave it out, or name a KubernetesBuild as recipe"
            );
        nothing = nothing with { Version = RequiredVersion(fields) };
        return source switch
        {
            "release" => nothing with { Release = Urls.Template(fields, source, "{version}", "{architecture}") },
            "tarball" => nothing with { Tarball = LocalInput.Resolve(fields, source, LocalKind.File) },
            "folder" => nothing with { Folder = LocalInput.Resolve(fields, source, LocalKind.Folder) },
            _ => nothing,
        };
    }

    public static string RequiredVersion(Fields fields)
    {
        if (!fields.Has("version"))
            fields.ReportMissing("version");
        return Version(fields) ?? "";
    }

    private static string? Version(Fields fields)
    {
        if (fields["version"] is not { } node || fields.File.Text(node, "version") is not { } text)
            return null;
        if (KubernetesVersion.TryParse(text, out KubernetesVersion version) && version.ToString() == text)
            return text;
        bool known = KubernetesVersion.TryParse(text, out version);
        fields.File.Report(
            ErrorCodes.RecipeVersion,
            node,
            "version is not a full version of Kubernetes",
            got: Quoted.Short(text),
            want: known ? $"\"{version}\"" : "a leading v and three numbers, \"v1.20.2\""
        );
        return null;
    }

    private static KubernetesSource Built(RecipeSet set, Fields fields, IReadOnlyList<Platform> platforms)
    {
        YamlNode at = fields["recipe"]!;
        KubernetesBuildRecipe? build = set.Include<KubernetesBuildRecipe>(fields.File, at, "recipe", RecipeKind.KubernetesBuild);
        RecipeHeader.ReportPlatformsLacking(fields.File, at, platforms, build);
        string? version = Version(fields);
        if (build is { Source: null } tree)
            return Tree(fields, tree, version);
        if (fields["source"] is { } source && fields.Optional("source") is not "")
            fields.File.Report(
                ErrorCodes.RecipeChoice,
                source,
                "a recipe of a source package takes no other source",
                hint: "leave it out, or name a recipe whose source is a tree"
            );
        if (version is not null && build is { Version.Length: > 0 } && version != build.Version)
            fields.File.Report(
                ErrorCodes.RecipeVersion,
                fields["version"]!,
                $"{Path.GetFileName(build.File)} builds another version",
                got: version,
                want: build.Version,
                hint: "leave version out here, or name another recipe"
            );
        return new() { Version = version ?? build?.Version ?? "", Build = build };
    }

    // A tree does not say its version and may be of any: both are the node recipe's to choose. An empty text chooses nothing, so that a
    // parameter has a default.
    private static KubernetesSource Tree(Fields fields, KubernetesBuildRecipe build, string? version)
    {
        build = build with { Version = version ?? build.Version };
        if (fields.Has("source") && fields.Optional("source") is { Length: > 0 })
            build = build with { Tree = new() { Folder = LocalInput.Resolve(fields, "source", LocalKind.Folder) } };
        return new() { Version = build.Version, Build = build };
    }
}

using NodeForge.Documents.Yaml;
using NodeForge.Files;
using NodeForge.Recipes.Files;

namespace NodeForge.Recipes.Reading;

/// <summary>The <c>debian:</c> of the kinds.</summary>
internal static class DebianSection
{
    private static readonly string[] Keys =
    [
        "suite",
        "security",
        "updates",
        "snapshot",
        "keyring",
        "components",
        "packages",
        "exclude",
        "include",
    ];
    private static readonly string[] ExtractKeys =
    [
        "suite",
        "security",
        "updates",
        "snapshot",
        "keyring",
        "components",
        "packages",
        "extract",
    ];
    private static readonly string[] SourceKeys = ["suite", "package", "snapshot", "keyring"];

    private static readonly DebianPackages Nothing = new() { Suite = "", Packages = [] };

    public static DebianPackages Packages(Fields parent) =>
        parent.RequiredSection("debian", Keys) is { } fields ? Packages(fields, Keys) : Nothing;

    public static ExtractedPackages? Extracted(Fields parent) =>
        parent.Section("debian", ExtractKeys) is { } fields
            ? new ExtractedPackages { From = Packages(fields, ExtractKeys), Extract = fields.RequiredTexts("extract", RecipeGrammar.Glob) }
            : null;

    public static DebianSource Source(Fields parent)
    {
        if (parent.RequiredSection("debian", SourceKeys) is not { } fields)
            return new("", "");
        return new(fields.Required("suite", RecipeGrammar.Suite), fields.Required("package", RecipeGrammar.Package))
        {
            Snapshot = fields.Optional("snapshot", RecipeGrammar.Snapshot),
            Keyring = LocalInput.Resolve(fields, "keyring", LocalKind.File),
        };
    }

    private static DebianPackages Packages(Fields fields, string[] keys) =>
        new()
        {
            Suite = fields.Required("suite", RecipeGrammar.Suite),
            Security = fields.Flag("security", otherwise: true),
            Updates = fields.Flag("updates", otherwise: true),
            Snapshot = fields.Optional("snapshot", RecipeGrammar.Snapshot),
            Keyring = LocalInput.Resolve(fields, "keyring", LocalKind.File),
            Components = fields.Has("components") ? fields.RequiredTexts("components", RecipeGrammar.Component) : Nothing.Components,
            Packages = fields.RequiredTexts("packages", RecipeGrammar.Package),
            Exclude = keys.Contains("exclude") ? fields.Texts("exclude", RecipeGrammar.Glob) : [],
            Include = keys.Contains("include") ? fields.Texts("include", RecipeGrammar.Glob) : [],
        };
}

using NodeForge.Recipes.Files;

namespace NodeForge.Recipes.Reading;

/// <summary>The <c>debian:</c> of the kinds.</summary>
internal static class DebianSection
{
    private static readonly string[] Keys = ["suite", "security", "updates", "snapshot", "keyring", "components", "packages", "exclude", "include"];
    private static readonly string[] ExtractKeys = ["suite", "security", "updates", "snapshot", "keyring", "components", "packages", "extract"];
    private static readonly string[] SourceKeys = ["suite", "package", "snapshot", "keyring"];

    private static readonly DebianPackages Nothing = new() { Suite = "", Packages = [] };

    public static DebianPackages Packages(Fields parent) => parent.RequiredSection("debian", Keys) is { } fields ? Packages(fields, Keys) : Nothing;

    public static ExtractedPackages? Extracted(Fields parent) =>
        parent.Section("debian", ExtractKeys) is { } fields
            ? new ExtractedPackages { From = Packages(fields, ExtractKeys), Extract = fields.RequiredTexts("extract", Grammar.Glob) }
            : null;

    public static DebianSource Source(Fields parent)
    {
        if (parent.RequiredSection("debian", SourceKeys) is not { } fields)
            return new("", "");
        return new(fields.Required("suite", Grammar.Suite), fields.Required("package", Grammar.Package))
        {
            Snapshot = fields.Optional("snapshot", Grammar.Snapshot),
            Keyring = LocalInput.Resolve(fields, "keyring", LocalKind.File),
        };
    }

    private static DebianPackages Packages(Fields fields, string[] keys) => new()
    {
        Suite = fields.Required("suite", Grammar.Suite),
        Security = fields.Flag("security", otherwise: true),
        Updates = fields.Flag("updates", otherwise: true),
        Snapshot = fields.Optional("snapshot", Grammar.Snapshot),
        Keyring = LocalInput.Resolve(fields, "keyring", LocalKind.File),
        Components = fields.Has("components") ? fields.RequiredTexts("components", Grammar.Component) : Nothing.Components,
        Packages = fields.RequiredTexts("packages", Grammar.Package),
        Exclude = keys.Contains("exclude") ? fields.Texts("exclude", Grammar.Glob) : [],
        Include = keys.Contains("include") ? fields.Texts("include", Grammar.Glob) : [],
    };
}

using NodeForge.Documents.Yaml;

namespace NodeForge.Recipes.Reading;

/// <summary>What the kinds have in common at their top: files, units, and how the image runs.</summary>
internal static class ContentsSection
{
    public static readonly string[] LayerKeys = ["files", "environment", "labels"];
    public static readonly string[] RunKeys = ["entrypoint", "command", "user", "workingDirectory", "stopSignal"];

    private static readonly string[] StateKeys = ["enable", "disable", "mask"];

    /// <param name="recipe">The top of the recipe; keys that the kind does not know are reported already.</param>
    /// <param name="binaries">Whether files may come from a Kubernetes build.</param>
    public static ImageContents Read(Fields recipe, bool binaries) =>
        new()
        {
            Files = FilesSection.Read(recipe, binaries),
            Systemd = Units(recipe),
            Environment = recipe.Texts("environment", RecipeGrammar.Variable, "{PATH: /usr/bin}"),
            Labels = recipe.Texts("labels", RecipeGrammar.Label, "{org.opencontainers.image.title: A title}"),
            Entrypoint = recipe.Texts("entrypoint"),
            Command = recipe.Texts("command"),
            User = recipe.Optional("user", RecipeGrammar.User),
            WorkingDirectory = recipe.Optional("workingDirectory", RecipeGrammar.ImagePath),
            StopSignal = recipe.Optional("stopSignal", RecipeGrammar.Signal),
        };

    private static SystemdUnits Units(Fields recipe)
    {
        if (recipe.Section("systemd", [.. StateKeys, "defaultTarget"]) is not { } fields)
            return new();
        ReportContradictions(fields);
        return new()
        {
            Enable = fields.Texts("enable", RecipeGrammar.Unit),
            Disable = fields.Texts("disable", RecipeGrammar.Unit),
            Mask = fields.Texts("mask", RecipeGrammar.Unit),
            DefaultTarget = fields.Optional("defaultTarget", RecipeGrammar.Target),
        };
    }

    private static void ReportContradictions(Fields fields)
    {
        Dictionary<string, (string State, int Line)> states = new(StringComparer.Ordinal);
        foreach (string state in StateKeys)
        {
            foreach (YamlScalar unit in (fields[state] as YamlSequence)?.Items.OfType<YamlScalar>() ?? [])
            {
                if (!states.TryAdd(unit.Text, (state, unit.Line)) && states[unit.Text] is var first && first.State != state)
                    fields.File.Report(
                        ErrorCodes.RecipeUnit,
                        unit,
                        $"{Printable.Escape(unit.Text)} is in {first.State} and in {state}",
                        hint: $"keep one of the two; the first is in line {first.Line}"
                    );
            }
        }
    }
}

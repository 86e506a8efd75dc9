using System.CommandLine;

namespace NodeForge.Cli.Commands;

/// <summary>What every command that takes a recipe takes.</summary>
internal sealed class RecipeArguments
{
    public Argument<FileInfo> Recipe { get; } = new("RECIPE") { Description = "The recipe, a YAML file." };

    private readonly RecipeOptions options;

    /// <summary>Adds them to a command, after its own.</summary>
    public RecipeArguments(Command command)
    {
        command.Arguments.Add(Recipe);
        options = new(command);
    }

    public RecipeRequest Read(ParseResult parsed) => options.Read(parsed, parsed.GetRequiredValue(Recipe));
}

/// <summary>How a recipe is read.</summary>
internal sealed class RecipeOptions
{
    private readonly Option<FileInfo?> lockFile = new("--lock")
    {
        Description = "The lock file (default: beside the recipe, .lock.json).",
        HelpName = "FILE",
    };
    private readonly Option<string[]> set = new("--set")
    {
        Description = "Give a recipe's parameter another value.",
        HelpName = "NAME=VALUE",
    };
    private readonly Option<string[]> platforms = new("--platform")
    {
        Description = "For these platforms of the recipe's, or all (default: all for lock, else this machine's).",
        HelpName = "OS/ARCH",
    };

    /// <summary>Adds them to a command, after what it has.</summary>
    /// <param name="command">The command.</param>
    /// <param name="ofImage">Whether an image says for which platforms.</param>
    public RecipeOptions(Command command, bool ofImage = false)
    {
        command.Options.Add(lockFile);
        command.Options.Add(set);
        if (!ofImage)
            command.Options.Add(platforms);
    }

    public RecipeRequest Read(ParseResult parsed, FileInfo recipe) =>
        new(
            recipe.FullName,
            parsed.GetValue(lockFile)?.FullName,
            NamedValues.Parse("--set", parsed.GetValue(set) ?? []),
            parsed.GetValue(platforms) ?? []
        );
}

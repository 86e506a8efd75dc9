using System.CommandLine;

namespace NodeForge.Cli.Commands;

/// <summary>What every command that takes a recipe takes.</summary>
internal sealed class RecipeArguments
{
    public Argument<FileInfo> Recipe { get; } = new("RECIPE") { Description = "The recipe, a YAML file." };

    public Option<FileInfo?> Lock { get; } = new("--lock") { Description = "The lock file (default: beside the recipe, .lock.json).", HelpName = "FILE" };

    public Option<string[]> Set { get; } = new("--set") { Description = "Give a recipe's parameter another value.", HelpName = "NAME=VALUE" };

    public Option<string[]> Platforms { get; } = new("--platform") { Description = "For these platforms of the recipe's, or all (default: all for lock, else this machine's).", HelpName = "OS/ARCH" };

    /// <summary>Adds them to a command, after its own.</summary>
    public RecipeArguments(Command command)
    {
        command.Arguments.Add(Recipe);
        command.Options.Add(Lock);
        command.Options.Add(Set);
        command.Options.Add(Platforms);
    }

    public RecipeRequest Read(ParseResult parsed) => new(
        parsed.GetRequiredValue(Recipe).FullName,
        parsed.GetValue(Lock)?.FullName,
        Parameters(parsed.GetValue(Set) ?? []),
        parsed.GetValue(Platforms) ?? []);

    private static Dictionary<string, string> Parameters(string[] assignments)
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach (string assignment in assignments)
        {
            if (assignment.Split('=', 2) is not [{ Length: > 0 } name, string value])
                throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidCommandLine, $"--set takes NAME=VALUE") { Got = assignment });
            parameters[name] = value;
        }

        return parameters;
    }
}

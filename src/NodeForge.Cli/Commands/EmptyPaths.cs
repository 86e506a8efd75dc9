using System.CommandLine;
using System.CommandLine.Parsing;
using ParsedCommand = System.CommandLine.Parsing.CommandResult;

namespace NodeForge.Cli.Commands;

/// <summary>An empty path, as a script writes for a variable that is not set: as none where none may be, and told where not.</summary>
internal static class EmptyPaths
{
    /// <summary>Parses as if what may be left out and is empty had been left out.</summary>
    /// <remarks>A parser of one option's own cannot say "none": System.CommandLine takes null for a value of the wrong type.</remarks>
    public static ParseResult Parse(Command root, IReadOnlyList<string> args)
    {
        ParseResult parsed = root.Parse(args);
        HashSet<string> empty = [.. Empty(parsed.CommandResult).Select(option => option.IdentifierToken?.Value).OfType<string>()];
        bool isArgument = parsed.CommandResult.Children.OfType<ArgumentResult>().Any(IsEmptyAndOptional);
        return empty.Count == 0 && !isArgument ? parsed : root.Parse([.. Without(args, empty, isArgument)]);
    }

    private static IEnumerable<OptionResult> Empty(ParsedCommand? command) =>
        command is null
            ? []
            : command
                .Children.OfType<OptionResult>()
                .Where(result => IsPath(result.Option.ValueType) && !result.Option.Required && result.Tokens is [{ Value: "" }])
                .Concat(Empty(command.Parent as ParsedCommand));

    private static bool IsEmptyAndOptional(ArgumentResult result) =>
        IsPath(result.Argument.ValueType) && result.Argument.Arity.MinimumNumberOfValues == 0 && result.Tokens is [{ Value: "" }];

    private static bool IsPath(Type type) => type == typeof(FileInfo) || type == typeof(DirectoryInfo);

    // --name "", --name= and --name:
    private static IEnumerable<string> Without(IReadOnlyList<string> args, HashSet<string> options, bool isArgument)
    {
        for (int i = 0; i < args.Count; i++)
        {
            if (options.Contains(args[i]) && i + 1 < args.Count && args[i + 1].Length == 0)
                i++;
            else if (!(args[i].EndsWith('=') || args[i].EndsWith(':')) || !options.Contains(args[i][..^1]))
            {
                if (!isArgument || args[i].Length > 0)
                    yield return args[i];
            }
        }
    }

    /// <summary>Says in words that a path that there has to be is empty.</summary>
    public static void AreTold(Command command)
    {
        foreach (Option option in command.Options.Where(option => option.Required && IsPath(option.ValueType)))
            option.Validators.Add(result => Tell(result, option.Name));
        foreach (Argument argument in command.Arguments.Where(argument => IsPath(argument.ValueType)))
            argument.Validators.Add(result => Tell(result, argument.Name));
        foreach (Command inner in command.Subcommands)
            AreTold(inner);
    }

    private static void Tell(SymbolResult result, string name)
    {
        if (result.Tokens is [{ Value: "" }])
            result.AddError($"{name} takes a path, and not an empty one");
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using NodeForge.Cli.Commands;
using NodeForge.Documents;
using ParsedCommand = System.CommandLine.Parsing.CommandResult;

namespace NodeForge.Cli;

/// <summary>What is wrong with a command line: each thing once, with what could have been written in its place.</summary>
internal static class UsageErrors
{
    public static IReadOnlyList<Diagnostic> Of(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0)
            return parsed.GetValue(GlobalOptions.Format) == GlobalOptions.Wide && parsed.CommandResult.Command is not GetNodesCommand
                ? [Problem(parsed, "only 'get nodes' has a wide format")]
                : [];
        Command command = parsed.CommandResult.Command;
        IEnumerable<ParseError> others = parsed.Errors.Where(error => error.SymbolResult is not ParsedCommand || !IsOfWord(error, parsed));
        if (command.Subcommands.Count > 0)
            return
            [
                MissingCommand(parsed),
                .. others.Where(error => error.SymbolResult is not ParsedCommand).Select(error => Told(error, parsed)),
            ];
        return [.. UnknownWords(parsed).Select(word => Unknown(word, parsed)), .. others.Select(error => Told(error, parsed))];
    }

    private static bool IsOfWord(ParseError error, ParseResult parsed) =>
        parsed.UnmatchedTokens.Any(word => error.Message.Contains($"'{word}'", StringComparison.Ordinal));

    // What follows an option that there is not is most likely its value.
    private static IEnumerable<string> UnknownWords(ParseResult parsed) =>
        parsed.UnmatchedTokens.Any(IsOption) ? parsed.UnmatchedTokens.Where(IsOption) : parsed.UnmatchedTokens;

    private static bool IsOption(string word) => word.StartsWith('-');

    private static Diagnostic MissingCommand(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        Diagnostic problem = parsed.UnmatchedTokens is [var word, ..]
            ? Unknown(word, parsed)
            : Problem(parsed, $"'{Here(parsed)}' wants a command after it");
        return parsed.UnmatchedTokens is [{ } first, ..] && IsOption(first)
            ? problem
            : problem with
            {
                Want = "one of " + string.Join(", ", command.Subcommands.Where(known => !known.Hidden).Select(known => known.Name)),
            };
    }

    private static Diagnostic Unknown(string word, ParseResult parsed)
    {
        string what =
            IsOption(word) ? "option"
            : parsed.CommandResult.Command.Subcommands.Count > 0 ? "command"
            : "argument";
        Diagnostic problem = Problem(parsed, $"'{Here(parsed)}' has no {what} '{word}'");
        return Instead(word, parsed) is { } instead ? problem with { Hint = instead } : problem;
    }

    private static string? Instead(string word, ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string path = Path(parsed);
        IEnumerable<Symbol> known = IsOption(word) ? command.Options.Concat(GlobalOptions.All) : command.Subcommands;
        if (DidYouMean.Nearest(word, known.SelectMany(Names)) is { } meant)
            return $"did you mean 'nodeforge {path}{meant}'?";
        // kind's -v takes a level.
        if (parsed.GetResult(GlobalOptions.Verbose) is { Implicit: false } && word.All(char.IsAsciiDigit))
            return "-v takes no number: leave it out";
        return command.Subcommands.Count == 0 && command.Arguments.Count == 0 && command.Options.Any(option => option.Name == "--name")
            ? IsOption(word)
                ? null
                : $"a cluster is named with --name: 'nodeforge {path}--name {word}'"
            : null;
    }

    private static IEnumerable<string> Names(Symbol symbol) =>
        symbol switch
        {
            Command command => command.Aliases.Prepend(command.Name),
            _ => [symbol.Name],
        };

    private static Diagnostic Told(ParseError error, ParseResult parsed)
    {
        // "Argument 'x' not recognized. Must be one of:" has a line for each.
        if (
            error.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is not [var what, _, ..] lines
        )
            return Problem(parsed, error.Message.TrimEnd('.'));
        string[] values =
        [
            .. lines[1..]
                .Select(line => line.Trim('\''))
                .Where(value => value != GlobalOptions.Wide || parsed.CommandResult.Command is GetNodesCommand),
        ];
        string given = error.SymbolResult?.Tokens is [{ Value: var value }, ..] ? value : what;
        string place = error.SymbolResult switch
        {
            OptionResult option => option.Option.Name,
            ArgumentResult { Parent: OptionResult option } => option.Option.Name,
            ArgumentResult argument => argument.Argument.Name,
            _ => "it",
        };
        return Problem(parsed, $"{place} takes none such") with
        {
            Got = given,
            Want = "one of " + string.Join(", ", values),
            Hint = DidYouMean.Nearest(given, values) is { } meant ? $"did you mean {meant}?" : Help(parsed),
        };
    }

    private static Diagnostic Problem(ParseResult parsed, string what) => new(ErrorCodes.InvalidCommandLine, what) { Hint = Help(parsed) };

    private static string Help(ParseResult parsed) => $"see 'nodeforge {Path(parsed)}--help'";

    private static string Here(ParseResult parsed) => $"nodeforge {Path(parsed)}".TrimEnd();

    private static string Path(ParseResult parsed)
    {
        string path = "";
        for (SymbolResult? at = parsed.CommandResult; at is ParsedCommand { Command: not RootCommand } command; at = command.Parent)
            path = command.Command.Name + " " + path;
        return path;
    }
}

using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using NodeForge.Cli.Commands;
using NodeForge.Cli.Rendering;
using NodeForge.Documents;
using NodeForge.Recipes.Reading;

namespace NodeForge.Cli;

/// <summary>The command line, whole: every command in the order of the work.</summary>
internal static class CommandTree
{
    public static async Task<int> RunAsync(string[] args, Terminal terminal, Interruption interruption)
    {
        ParseResult parsed = Create(terminal, interruption).Parse(args);
        if (parsed.Errors.Count > 0)
            return new CommandFrame(terminal, interruption, parsed).Fail([.. parsed.Errors.Select(error => Unknown(error.Message, parsed))]);
        if (parsed.GetValue(GlobalOptions.Format) == GlobalOptions.Wide && parsed.CommandResult.Command.Name != GetCommand.NodesName)
            return new CommandFrame(terminal, interruption, parsed).Fail([Unknown("only 'get nodes' has a wide format", parsed)]);
        InvocationConfiguration configuration = new()
        {
            Output = terminal.Out,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // Interruption listens
        };
        return await parsed.InvokeAsync(configuration, interruption.Token);
    }

    public static RootCommand Create(Terminal terminal, Interruption interruption)
    {
        RootCommand root = new("Kubernetes node images from recipes: the same bits every time, no daemon to build, clusters offline.")
        {
            LockCommand.Create(terminal, interruption),
            PlanCommand.Create(terminal, interruption),
            FetchCommand.Create(terminal, interruption),
            BuildCommand.Create(terminal, interruption),
            InspectCommand.Create(terminal, interruption),
            CreateCommand.Create(terminal, interruption),
            DeleteCommand.Create(terminal, interruption),
            GetCommand.Create(terminal, interruption),
            ExecCommand.Create(terminal, interruption),
            LoadCommand.Create(terminal, interruption),
            ExportCommand.Create(terminal, interruption),
            StopCommand.Create(terminal, interruption),
            StopCommand.CreateStart(terminal, interruption),
            NodeCommand.Add(terminal, interruption),
            DoctorCommand.Create(terminal, interruption),
            VersionCommand.Create(terminal),
            CompletionCommand.Create(terminal),
        };
        foreach (Option option in GlobalOptions.All)
            root.Options.Add(option);
        return root;
    }

    private static Diagnostic Unknown(string message, ParseResult parsed) => new(ErrorCodes.InvalidCommandLine, message.TrimEnd('.'))
    {
        Mend = Meant(parsed) is { } meant ? $"did you mean 'nodeforge {CommandPath(parsed)}{meant}'?" : $"see 'nodeforge {CommandPath(parsed)}--help'",
    };

    private static string? Meant(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var word, ..])
            return null;
        Command at = parsed.CommandResult.Command;
        IEnumerable<string> known = word.StartsWith('-') ? at.Options.Concat(GlobalOptions.All).Select(option => option.Name) : at.Subcommands.Select(command => command.Name);
        return DidYouMean.Nearest(word, known);
    }

    private static string CommandPath(ParseResult parsed)
    {
        string path = "";
        for (SymbolResult? at = parsed.CommandResult; at is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } command; at = command.Parent)
            path = command.Command.Name + " " + path;
        return path;
    }
}

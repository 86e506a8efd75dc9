using System.CommandLine;
using NodeForge.Cli.Terminals;

namespace NodeForge.Cli.Commands;

/// <summary><c>exec NODE [-- COMMAND...]</c>, as docker exec does it: with a terminal where there is one, else through pipes. What it
/// prints is the program's.</summary>
internal sealed class ExecCommand : ForgeCommand
{
    // What a shell says of a program that wrote to a reader that had gone: 128 and SIGPIPE.
    private const ExitCode ReaderGone = (ExitCode)(128 + 13);

    private readonly Argument<string> node = new("NODE") { Description = "The node, as nodeforge get nodes prints it." };
    private readonly Argument<string[]> command = new("COMMAND")
    {
        Description = "A program and its arguments (default: a login shell).",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<string?> name = new("--name", "-n")
    {
        Description = "The node's cluster (default: whichever has a node of that name).",
        HelpName = "NAME",
    };

    public ExecCommand(FrontEnd front)
        : base(front, "exec", "Run a program or a shell in a node, with a terminal if there is one; its exit code is passed on.")
    {
        Add(node);
        Add(command);
        Add(name);
    }

    protected override bool TellsSteps => false;

    /// <summary>The same words with -- before the program, where it was left out: what follows a program is the program's, as with docker
    /// exec, and tail -n would be a name of ours otherwise.</summary>
    public static IReadOnlyList<string> Divided(RootCommand root, IReadOnlyList<string> args)
    {
        if (root.Parse(args).CommandResult.Command is not ExecCommand || args.Contains("--"))
            return args;
        for (int length = 1; length <= args.Count; length++)
        {
            ParseResult parsed = root.Parse([.. args.Take(length)]);
            if (parsed.CommandResult.Command is ExecCommand exec && parsed.GetResult(exec.command) is { Tokens.Count: > 0 })
                return [.. args.Take(length - 1), "--", .. args.Skip(length - 1)];
        }

        return args;
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<string> program = parsed.GetValue(command) ?? [];
            int code = await forge.Clusters.ExecAsync(
                parsed.GetValue(name),
                parsed.GetRequiredValue(node),
                program,
                ProcessStreams.Open(),
                cancellationToken
            );
            return new(null, null, (ExitCode)code);
        }
        catch (IOException failure)
        {
            return failure.HResult == TerminalLibrary.BrokenPipe ? new(null, null, ReaderGone) : throw Unusable(failure);
        }
    }

    private static NodeForgeException Unusable(IOException failure) =>
        new(
            new Diagnostic(ErrorCodes.PathNotUsable, "a standard stream of this process failed")
            {
                Got = failure.Message,
                Hint = "see where input and output are redirected to",
            },
            failure
        );
}

using System.CommandLine;
using NodeForge.Cli.Rendering;
using NodeForge.Cli.Terminals;

namespace NodeForge.Cli.Commands;

/// <summary><c>exec NODE [-- COMMAND...]</c>, as docker exec does it: with a terminal where there is one, else through pipes.</summary>
internal static class ExecCommand
{
    // What a shell says of a program that wrote to a reader that had gone: 128 and SIGPIPE.
    private const ExitCode ReaderGone = (ExitCode)(128 + 13);

    public static Command Create(Terminal terminal, Interruption interruption)
    {
        Argument<string> node = new("NODE") { Description = "The node, as nodeforge get nodes prints it." };
        Argument<string[]> command = new("COMMAND") { Description = "A program and its arguments, after -- (default: a login shell).", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> name = new("--name", "-n") { Description = "The node's cluster (default: whichever has a node of that name).", HelpName = "NAME" };
        Command exec = new("exec", "Run a program or a shell in a node, with a terminal if there is one; its exit code is passed on.") { node, command, name };
        exec.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            try
            {
                int code = await forge.Clusters.ExecAsync(parsed.GetValue(name), parsed.GetRequiredValue(node), parsed.GetValue(command) ?? [], ProcessStreams.Open(), cancellation);
                return new(null, null, (ExitCode)code);
            }
            catch (IOException failure)
            {
                return failure.HResult == TerminalLibrary.BrokenPipe ? new(null, null, ReaderGone) : throw Unusable(failure);
            }
        }, steps: false));
        return exec;
    }

    private static NodeForgeException Unusable(IOException failure) => new(new Diagnostic(ErrorCodes.PathNotUsable, "a standard stream of this process failed")
    {
        Got = failure.Message,
        Mend = "see where input and output are redirected to",
    }, failure);
}

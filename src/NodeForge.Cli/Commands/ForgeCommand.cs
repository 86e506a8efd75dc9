using System.CommandLine;

namespace NodeForge.Cli.Commands;

/// <summary>A command that does something. Its arguments and options are fields, its work is one method, and the frame around that is the
/// same for all.</summary>
internal abstract class ForgeCommand : Command
{
    protected ForgeCommand(FrontEnd front, string name, string description)
        : base(name, description)
    {
        Front = front;
        SetAction(
            (parsed, _) =>
                new CommandFrame(Front, parsed).RunAsync(
                    (forge, cancellationToken) => RunAsync(forge, parsed, cancellationToken),
                    TellsSteps
                )
        );
    }

    protected FrontEnd Front { get; }

    /// <summary>Whether steps are told; not by a command that gives the terminal to another program.</summary>
    protected virtual bool TellsSteps => true;

    /// <summary>Does the work, and gives what is printed to standard output.</summary>
    protected abstract Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken);
}

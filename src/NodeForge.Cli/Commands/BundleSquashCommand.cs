using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle squash</c>: fewer deltas to carry.</summary>
internal sealed class BundleSquashCommand : ForgeCommand
{
    private readonly Argument<FileInfo> old = new("OLD") { Description = "The bundle from which the deltas lead; it stays as it is." };
    private readonly Argument<string[]> deltas = new("DELTA")
    {
        Description = "What bundle create --base wrote; several in any order.",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<FileInfo> output = new("--output")
    {
        Description = "The delta.",
        HelpName = "FILE",
        Required = true,
    };

    public BundleSquashCommand(FrontEnd front)
        : base(front, "squash", "Make one delta of several that follow each other.")
    {
        Add(old);
        Add(deltas);
        Add(output);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(
            BundleWrittenDocument.Of(
                await forge.Bundles.SquashAsync(
                    new(parsed.GetRequiredValue(old).FullName, parsed.GetRequiredValue(deltas), parsed.GetRequiredValue(output).FullName),
                    cancellationToken
                )
            )
        );
}

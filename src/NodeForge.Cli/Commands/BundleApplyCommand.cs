using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle apply</c>: the whole bundle, where it was carried to.</summary>
internal sealed class BundleApplyCommand : ForgeCommand
{
    private readonly Argument<FileInfo> old = new("OLD") { Description = "The bundle from which the deltas lead; it stays as it is." };
    private readonly Argument<string[]> deltas = new("DELTA")
    {
        Description = "What bundle create --base wrote; several in any order.",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<FileInfo> output = new("--output")
    {
        Description = "The new bundle; volumes where the deltas were made with --volume-size.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly BundleTrustOptions trust = new();

    public BundleApplyCommand(FrontEnd front)
        : base(front, "apply", "Make the new bundle of the one that is there and deltas: the same bytes that would have been carried.")
    {
        Add(old);
        Add(deltas);
        Add(output);
        Add(trust.Policy);
        Add(trust.AllowOlder);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(
            BundleWrittenDocument.Of(
                await forge.Bundles.ApplyAsync(
                    new(parsed.GetRequiredValue(old).FullName, parsed.GetRequiredValue(deltas), parsed.GetRequiredValue(output).FullName)
                    {
                        Trust = trust.Read(parsed),
                    },
                    cancellationToken
                )
            )
        );
}

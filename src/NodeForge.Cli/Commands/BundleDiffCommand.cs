using System.CommandLine;
using NodeForge.Bundles.Reading;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle diff</c>: what a new bundle changes.</summary>
internal sealed class BundleDiffCommand : ForgeCommand
{
    private readonly Argument<FileInfo> first = new("A") { Description = "The bundle that is there." };
    private readonly Argument<FileInfo> second = new("B") { Description = "The one that is to come, or its delta." };

    public BundleDiffCommand(FrontEnd front)
        : base(
            front,
            "diff",
            "Show what changes from one bundle to another: images, files, versions of components, and what is carried, whole or as a delta."
        )
    {
        Add(first);
        Add(second);
    }

    protected override Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        Task.FromResult<CommandResult>(
            new(
                BundleDiffDocument.Of(
                    BundleDifference.Between(
                        forge.Bundles.OpenAny(parsed.GetRequiredValue(first).FullName).Index,
                        forge.Bundles.OpenAny(parsed.GetRequiredValue(second).FullName).Index
                    )
                )
            )
        );
}

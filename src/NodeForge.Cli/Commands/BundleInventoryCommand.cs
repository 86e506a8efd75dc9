using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle inventory</c>: what is carried back, so that the next delta can be made.</summary>
internal sealed class BundleInventoryCommand : ForgeCommand
{
    private readonly Argument<FileInfo> file = new("FILE")
    {
        Description = "The bundle; of volumes what they are called before .001, or one of them.",
    };

    public BundleInventoryCommand(FrontEnd front)
        : base(front, "inventory", "Print what a bundle has as a page of text, for bundle create --base on the other side.") => Add(file);

    protected override Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        Task.FromResult<CommandResult>(new(BundleInventoryDocument.Of(forge.Bundles.Inventory(parsed.GetRequiredValue(file).FullName))));
}

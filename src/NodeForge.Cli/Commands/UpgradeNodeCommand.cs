using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class UpgradeNodeCommand : ForgeCommand
{
    private readonly Argument<string> node = new("NODE") { Description = "The node, as nodeforge get nodes prints it." };
    private readonly UpgradeArguments arguments;
    private readonly Option<string?> name = ClusterOptions.Name();

    public UpgradeNodeCommand(FrontEnd front)
        : base(front, "node", "Put one node of a cluster on another image; its state, address and ports stay.")
    {
        Add(node);
        Add(name);
        arguments = new(this);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(
            UpgradedDocument.Of(
                await forge.Clusters.UpgradeAsync(
                    ClusterOptions.NameOf(Front, parsed, name),
                    parsed.GetRequiredValue(node),
                    arguments.Read(parsed),
                    cancellationToken
                )
            )
        );
}

using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class UpgradeClusterCommand : ForgeCommand
{
    private readonly UpgradeArguments arguments;
    private readonly Option<string?> name = ClusterOptions.Name();

    public UpgradeClusterCommand(FrontEnd front)
        : base(
            front,
            "cluster",
            "Put all nodes of a cluster on another image, control planes first, one after the other; state, addresses and ports stay."
        )
    {
        Add(name);
        arguments = new(this);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(
            UpgradedDocument.Of(
                await forge.Clusters.UpgradeAsync(
                    ClusterOptions.NameOf(Front, parsed, name),
                    null,
                    arguments.Read(parsed),
                    cancellationToken
                )
            )
        );
}

using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class StopNodeCommand : ForgeCommand
{
    private readonly Argument<string[]> nodes = ClusterOptions.NodeNames();
    private readonly Option<string?> name = ClusterOptions.Name();

    public StopNodeCommand(FrontEnd front)
        : base(front, "node", "Stop nodes of a cluster.")
    {
        Add(nodes);
        Add(name);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        await forge.Clusters.StopNodesAsync(ClusterOptions.NameOf(Front, parsed, name), parsed.GetRequiredValue(nodes), cancellationToken);
        return new(new NodeNamesDocument(parsed.GetRequiredValue(nodes)), null);
    }
}

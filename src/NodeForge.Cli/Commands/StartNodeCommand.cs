using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class StartNodeCommand : ForgeCommand
{
    private readonly Argument<string[]> nodes = ClusterOptions.NodeNames();
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<Duration> wait = ClusterOptions.Wait();

    public StartNodeCommand(FrontEnd front)
        : base(front, "node", "Start stopped nodes of a cluster and wait until they are Ready.")
    {
        Add(nodes);
        Add(name);
        Add(wait);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        await forge.Clusters.StartNodesAsync(
            ClusterOptions.NameOf(Front, parsed, name),
            parsed.GetRequiredValue(nodes),
            parsed.GetValue(wait).Time,
            cancellationToken
        );
        return new(new NodeNamesDocument(parsed.GetRequiredValue(nodes)), null);
    }
}

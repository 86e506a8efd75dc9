using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class StopClusterCommand : ForgeCommand
{
    private readonly Option<string?> name = ClusterOptions.Name();

    public StopClusterCommand(FrontEnd front)
        : base(front, "cluster", "Stop a cluster's nodes.") => Add(name);

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string cluster = ClusterOptions.NameOf(Front, parsed, name);
        await forge.Clusters.StopAsync(cluster, cancellationToken);
        return new(new ClustersDocument([cluster]), null);
    }
}

using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class StartClusterCommand : ForgeCommand
{
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<Duration> wait = ClusterOptions.Wait();

    public StartClusterCommand(FrontEnd front)
        : base(front, "cluster", "Start a cluster's nodes and wait until they are Ready.")
    {
        Add(name);
        Add(wait);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string cluster = ClusterOptions.NameOf(Front, parsed, name);
        await forge.Clusters.StartAsync(cluster, parsed.GetValue(wait).Time, cancellationToken);
        return new(new ClustersDocument([cluster]), null);
    }
}

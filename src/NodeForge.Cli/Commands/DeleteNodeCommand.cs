using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Clusters.Lifecycle;

namespace NodeForge.Cli.Commands;

internal sealed class DeleteNodeCommand : ForgeCommand
{
    private readonly Argument<string[]> nodes = ClusterOptions.NodeNames();
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<bool> force = new("--force") { Description = "Do not ask the node's pods to leave." };
    private readonly Option<Duration> wait = Duration.Option(
        "How long the node's pods may take to leave: 90s, 5m.",
        TimeSpan.FromMinutes(2)
    );

    public DeleteNodeCommand(FrontEnd front)
        : base(front, "node", "Remove nodes from a cluster: their pods move first.")
    {
        Add(nodes);
        Add(name);
        Add(force);
        Add(wait);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        DeleteNodeOptions options = new() { Force = parsed.GetValue(force), Wait = parsed.GetValue(wait).Time };
        string[] named = [.. parsed.GetRequiredValue(nodes).Distinct()];
        foreach (string node in named)
            await forge.Clusters.DeleteNodeAsync(ClusterOptions.NameOf(Front, parsed, name), node, options, cancellationToken);
        return new(new DeletedDocument(named));
    }
}

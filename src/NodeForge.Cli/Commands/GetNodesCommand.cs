using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Commands;

/// <summary><c>get nodes</c>, a name a line, as kind prints them, and in a table, as kubectl prints its own: the command that has
/// <see cref="GlobalOptions.Wide"/>.</summary>
internal sealed class GetNodesCommand : ForgeCommand
{
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<bool> all = new("--all-clusters", "-A") { Description = "The nodes of every cluster that the engine has." };

    public GetNodesCommand(FrontEnd front)
        : base(front, "nodes", "List a cluster's nodes, a name a line; with -o wide a table.")
    {
        Add(name);
        Add(all);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string? cluster = parsed.GetValue(all) ? null : ClusterOptions.NameOf(Front, parsed, name);
        string nothing = cluster is null ? "the engine has no clusters" : $"there is no cluster {cluster}";
        if (parsed.GetValue(GlobalOptions.Format) == "text")
            return new(new NodeNamesDocument([.. (await forge.Clusters.NodesAsync(cluster, cancellationToken)).Select(node => node.Name)]))
            {
                Nothing = nothing,
            };
        NodesDocument document = NodesDocument.Of(await forge.Clusters.DescribeNodesAsync(cluster, cancellationToken));
        return new(document, Page.OfText(document.ToText(parsed.GetValue(all), Front.Terminal.Width))) { Nothing = nothing };
    }
}

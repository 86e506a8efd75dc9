using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>get clusters</c>, a name a line, as kind prints them.</summary>
internal sealed class GetClustersCommand : ForgeCommand
{
    public GetClustersCommand(FrontEnd front)
        : base(front, "clusters", "List the clusters that the engine has, kind's among them.") { }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(new ClustersDocument(await forge.Clusters.ListAsync(cancellationToken))) { Nothing = "the engine has no clusters" };
}

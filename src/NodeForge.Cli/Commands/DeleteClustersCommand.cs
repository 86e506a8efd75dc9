using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Commands;

internal sealed class DeleteClustersCommand : ForgeCommand
{
    private readonly Argument<string[]> names = new("NAME") { Description = "The clusters.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> all = new("--all", "-A") { Description = "Every cluster that the engine has." };
    private readonly Option<FileInfo?> kubeconfig = ClusterOptions.Kubeconfig();

    public DeleteClustersCommand(FrontEnd front)
        : base(front, "clusters", "Remove several clusters.")
    {
        Add(names);
        Add(all);
        Add(kubeconfig);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> clusters = parsed.GetValue(all) ? await forge.Clusters.ListAsync(cancellationToken) : parsed.GetValue(names)!;
        if (clusters.Count == 0 && !parsed.GetValue(all))
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidCommandLine, "no cluster is named") { Hint = "name clusters, or give --all" }
            );
        foreach (string cluster in clusters)
            await forge.Clusters.DeleteAsync(cluster, parsed.GetValue(kubeconfig)?.FullName, cancellationToken);
        return new(new DeletedDocument(clusters), Page.Of(clusters));
    }
}

using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class DeleteClusterCommand : ForgeCommand
{
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<FileInfo?> kubeconfig = ClusterOptions.Kubeconfig();

    public DeleteClusterCommand(FrontEnd front)
        : base(front, "cluster", "Remove a cluster, whole or half-made; removing what is not there is no error.")
    {
        Add(name);
        Add(kubeconfig);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string cluster = ClusterOptions.NameOf(Front, parsed, name);
        bool any = await forge.Clusters.DeleteAsync(cluster, parsed.GetValue(kubeconfig)?.FullName, cancellationToken);
        return new(new DeletedDocument(any ? [cluster] : []));
    }
}

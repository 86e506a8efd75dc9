using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Cli.Rendering;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Cli.Commands;

internal sealed class ExportKubeconfigCommand : ForgeCommand
{
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<FileInfo?> kubeconfig = ClusterOptions.Kubeconfig();
    private readonly Option<bool> within = ClusterOptions.Within();

    public ExportKubeconfigCommand(FrontEnd front)
        : base(front, "kubeconfig", "Add a cluster's context to a kubeconfig and make it the current one.")
    {
        Add(name);
        Add(kubeconfig);
        Add(within);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string? file = parsed.GetValue(kubeconfig)?.FullName;
        ExportedKubeconfig exported = await forge.Clusters.ExportKubeconfigAsync(
            ClusterOptions.NameOf(Front, parsed, name),
            file,
            parsed.GetValue(within),
            cancellationToken
        );
        return new(ExportedDocument.Of(exported), null) { Next = NextStep.For(exported.Context, file) };
    }
}

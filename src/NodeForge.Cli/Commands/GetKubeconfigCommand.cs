using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Cli.Commands;

internal sealed class GetKubeconfigCommand : ForgeCommand
{
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<bool> within = ClusterOptions.Within();

    public GetKubeconfigCommand(FrontEnd front)
        : base(front, "kubeconfig", "Print a cluster's kubeconfig.")
    {
        Add(name);
        Add(within);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        Kubeconfig kubeconfig = await forge.Clusters.KubeconfigAsync(
            ClusterOptions.NameOf(Front, parsed, name),
            parsed.GetValue(within),
            cancellationToken
        );
        return new(new KubeconfigDocument([kubeconfig.ToYaml()]));
    }
}

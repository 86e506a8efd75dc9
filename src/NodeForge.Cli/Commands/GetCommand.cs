using System.CommandLine;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters;

namespace NodeForge.Cli.Commands;

/// <summary><c>get clusters</c> and <c>get nodes</c>, a name a line, and <c>get kubeconfig</c>, as kind prints them.</summary>
internal static class GetCommand
{
    public static Command Create(Terminal terminal, Interruption interruption) =>
        new("get", "List clusters and nodes, print a kubeconfig.") { Clusters(terminal, interruption), Nodes(terminal, interruption), Kubeconfig(terminal, interruption) };

    private static Command Clusters(Terminal terminal, Interruption interruption)
    {
        Command command = new("clusters", "List the clusters that the engine has, kind's among them.");
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            IReadOnlyList<string> clusters = await forge.Clusters.ListAsync(cancellation);
            return new(Page.Of(clusters), NamesDocument.Of("clusters", clusters));
        }));
        return command;
    }

    private static Command Nodes(Terminal terminal, Interruption interruption)
    {
        Option<string?> name = ClusterOptions.Name();
        Command command = new("nodes", "List a cluster's nodes.") { name };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            IReadOnlyList<CatalogNode> nodes = await forge.Clusters.NodesAsync(ClusterOptions.NameOf(parsed, name), cancellation);
            NodesDocument document = NodesDocument.Of(nodes);
            return new(document.ToText(), document.ToJson());
        }));
        return command;
    }

    private static Command Kubeconfig(Terminal terminal, Interruption interruption)
    {
        Option<string?> name = ClusterOptions.Name();
        Option<bool> within = ClusterOptions.Within();
        Command command = new("kubeconfig", "Print a cluster's kubeconfig.") { name, within };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            Kubeconfig kubeconfig = await forge.Clusters.KubeconfigAsync(ClusterOptions.NameOf(parsed, name), parsed.GetValue(within), cancellation);
            return new(Page.OfText(kubeconfig.ToYaml()), NamesDocument.Of("kubeconfig", [kubeconfig.ToYaml()]));
        }));
        return command;
    }
}

using System.CommandLine;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters;

namespace NodeForge.Cli.Commands;

/// <summary><c>get clusters</c> and <c>get nodes</c>, a name a line, and <c>get kubeconfig</c>, as kind prints them; nodes in a table too, as kubectl prints its own.</summary>
internal static class GetCommand
{
    /// <summary>The command that has <see cref="GlobalOptions.Wide"/>.</summary>
    public const string NodesName = "nodes";

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
        Option<bool> all = new("--all-clusters", "-A") { Description = "The nodes of every cluster that the engine has." };
        Command command = new(NodesName, "List a cluster's nodes, a name a line; with -o wide a table.") { name, all };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            string? cluster = parsed.GetValue(all) ? null : ClusterOptions.NameOf(terminal, parsed, name);
            if (parsed.GetValue(GlobalOptions.Format) == "text")
                return new(Page.Of((await forge.Clusters.NodesAsync(cluster, cancellation)).Select(node => node.Name)), null);
            NodesDocument document = NodesDocument.Of(await forge.Clusters.DescribeNodesAsync(cluster, cancellation));
            return new(Page.OfText(document.ToText(parsed.GetValue(all), terminal.Width)), document.ToJson());
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
            Kubeconfig kubeconfig = await forge.Clusters.KubeconfigAsync(ClusterOptions.NameOf(terminal, parsed, name), parsed.GetValue(within), cancellation);
            return new(Page.OfText(kubeconfig.ToYaml()), NamesDocument.Of("kubeconfig", [kubeconfig.ToYaml()]));
        }));
        return command;
    }
}

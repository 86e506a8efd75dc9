using System.CommandLine;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Commands;

/// <summary><c>delete cluster</c> and <c>delete clusters</c>.</summary>
internal static class DeleteCommand
{
    public static Command Create(Terminal terminal, Interruption interruption) =>
        new("delete", "Remove clusters, or nodes of one.") { Cluster(terminal, interruption), Clusters(terminal, interruption), NodeCommand.Delete(terminal, interruption) };

    private static Command Cluster(Terminal terminal, Interruption interruption)
    {
        Option<string?> name = ClusterOptions.Name();
        Option<FileInfo?> kubeconfig = ClusterOptions.Kubeconfig();
        Command command = new("cluster", "Remove a cluster, whole or half-made; removing what is not there is no error.") { name, kubeconfig };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            string cluster = ClusterOptions.NameOf(terminal, parsed, name);
            bool any = await forge.Clusters.DeleteAsync(cluster, parsed.GetValue(kubeconfig)?.FullName, cancellation);
            return new(null, NamesDocument.Of("deleted", any ? [cluster] : []));
        }));
        return command;
    }

    private static Command Clusters(Terminal terminal, Interruption interruption)
    {
        Argument<string[]> names = new("NAME") { Description = "The clusters.", Arity = ArgumentArity.ZeroOrMore };
        Option<bool> all = new("--all", "-A") { Description = "Every cluster that the engine has." };
        Option<FileInfo?> kubeconfig = ClusterOptions.Kubeconfig();
        Command command = new("clusters", "Remove several clusters.") { names, all, kubeconfig };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            IReadOnlyList<string> clusters = parsed.GetValue(all) ? await forge.Clusters.ListAsync(cancellation) : parsed.GetValue(names)!;
            if (clusters.Count == 0 && !parsed.GetValue(all))
                throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidCommandLine, "no cluster is named") { Mend = "name clusters, or give --all" });
            foreach (string cluster in clusters)
                await forge.Clusters.DeleteAsync(cluster, parsed.GetValue(kubeconfig)?.FullName, cancellation);
            return new(Page.Of(clusters), NamesDocument.Of("deleted", clusters));
        }));
        return command;
    }
}

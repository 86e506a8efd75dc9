using System.CommandLine;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Commands;

/// <summary><c>stop</c> and <c>start</c>, of clusters and of single nodes.</summary>
internal static class StopCommand
{
    public static Command Create(Terminal terminal, Interruption interruption) => new("stop", "Stop a cluster or some of its nodes; their state stays.")
    {
        Cluster(terminal, interruption),
        NodeCommand.Stop(terminal, interruption),
    };

    public static Command CreateStart(Terminal terminal, Interruption interruption) => new("start", "Start a stopped cluster or some of its nodes.")
    {
        StartCluster(terminal, interruption),
        NodeCommand.Start(terminal, interruption),
    };

    private static Command Cluster(Terminal terminal, Interruption interruption)
    {
        Option<string?> name = ClusterOptions.Name();
        Command command = new("cluster", "Stop a cluster's nodes.") { name };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            string cluster = ClusterOptions.NameOf(terminal, parsed, name);
            await forge.Clusters.StopAsync(cluster, cancellation);
            return new(null, NamesDocument.Of("clusters", [cluster]));
        }));
        return command;
    }

    private static Command StartCluster(Terminal terminal, Interruption interruption)
    {
        Option<string?> name = ClusterOptions.Name();
        Option<Duration> wait = ClusterOptions.Wait();
        Command command = new("cluster", "Start a cluster's nodes and wait until they are Ready.") { name, wait };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            string cluster = ClusterOptions.NameOf(terminal, parsed, name);
            await forge.Clusters.StartAsync(cluster, parsed.GetValue(wait).Time, cancellation);
            return new(null, NamesDocument.Of("clusters", [cluster]));
        }));
        return command;
    }
}

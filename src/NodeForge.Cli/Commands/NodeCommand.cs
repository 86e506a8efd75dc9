using System.CommandLine;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters;

namespace NodeForge.Cli.Commands;

/// <summary>What is done to single nodes: <c>stop node</c>, <c>start node</c>, <c>add node</c>, <c>delete node</c>.</summary>
internal static class NodeCommand
{
    public static Command Stop(Terminal terminal, Interruption interruption)
    {
        Argument<string[]> nodes = Names();
        Option<string?> name = ClusterOptions.Name();
        Command command = new("node", "Stop nodes of a cluster.") { nodes, name };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            await forge.Clusters.StopNodesAsync(ClusterOptions.NameOf(terminal, parsed, name), parsed.GetRequiredValue(nodes), cancellation);
            return new(null, NamesDocument.Of("nodes", parsed.GetRequiredValue(nodes)));
        }));
        return command;
    }

    public static Command Start(Terminal terminal, Interruption interruption)
    {
        Argument<string[]> nodes = Names();
        Option<string?> name = ClusterOptions.Name();
        Option<Duration> wait = ClusterOptions.Wait();
        Command command = new("node", "Start stopped nodes of a cluster and wait until they are Ready.") { nodes, name, wait };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            await forge.Clusters.StartNodesAsync(ClusterOptions.NameOf(terminal, parsed, name), parsed.GetRequiredValue(nodes), parsed.GetValue(wait).Time, cancellation);
            return new(null, NamesDocument.Of("nodes", parsed.GetRequiredValue(nodes)));
        }));
        return command;
    }

    public static Command Add(Terminal terminal, Interruption interruption)
    {
        Option<string?> name = ClusterOptions.Name();
        Option<string?> role = new("--role") { Description = "What the node is (default: what the node of --like is, else worker).", HelpName = "worker|control-plane" };
        role.AcceptOnlyFromAmong("worker", "control-plane");
        Option<string?> like = new("--like") { Description = "The node whose image, labels, mounts and configuration it has (default: the first of its role).", HelpName = "NODE" };
        Option<string?> image = new("--image") { Description = "Another node image than that node has.", HelpName = "REF" };
        Option<Duration> wait = ClusterOptions.Wait();
        Command command = new("node", "Add a node to a cluster, print its name, and wait until it is Ready.") { name, role, like, image, wait };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            AddNodeOptions options = new()
            {
                Role = parsed.GetValue(role) switch { "worker" => NodeRole.Worker, "control-plane" => NodeRole.ControlPlane, _ => null },
                Like = parsed.GetValue(like),
                Image = parsed.GetValue(image),
                Wait = parsed.GetValue(wait).Time,
            };
            AddedDocument document = AddedDocument.Of(await forge.Clusters.AddNodeAsync(ClusterOptions.NameOf(terminal, parsed, name), options, cancellation));
            return new(Page.Of(document.Name), document.ToJson());
        }));
        return new("add", "Add nodes to a cluster.") { command };
    }

    public static Command Delete(Terminal terminal, Interruption interruption)
    {
        Argument<string[]> nodes = Names();
        Option<string?> name = ClusterOptions.Name();
        Option<bool> force = new("--force") { Description = "Do not ask the node's pods to leave." };
        Option<Duration> wait = Duration.Option("How long the node's pods may take to leave: 90s, 5m.", TimeSpan.FromMinutes(2));
        Command command = new("node", "Remove nodes from a cluster: their pods move first.") { nodes, name, force, wait };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            DeleteNodeOptions options = new() { Force = parsed.GetValue(force), Wait = parsed.GetValue(wait).Time };
            foreach (string node in parsed.GetRequiredValue(nodes).Distinct())
                await forge.Clusters.DeleteNodeAsync(ClusterOptions.NameOf(terminal, parsed, name), node, options, cancellation);
            return new(null, NamesDocument.Of("deleted", parsed.GetRequiredValue(nodes)));
        }));
        return command;
    }

    private static Argument<string[]> Names() => new("NAME") { Description = "The nodes, as nodeforge get nodes prints them.", Arity = ArgumentArity.OneOrMore };
}

using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Lifecycle;

namespace NodeForge.Cli.Commands;

internal sealed class AddNodeCommand : ForgeCommand
{
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<string?> role = new("--role")
    {
        Description = "What the node is (default: what the node of --like is, else worker).",
        HelpName = "worker|control-plane",
    };
    private readonly Option<string?> like = new("--like")
    {
        Description = "The node whose image, labels, mounts and configuration it has (default: the first of its role).",
        HelpName = "NODE",
    };
    private readonly Option<string?> image = new("--image") { Description = "Another node image than that node has.", HelpName = "REF" };
    private readonly Option<Duration> wait = ClusterOptions.Wait();

    public AddNodeCommand(FrontEnd front)
        : base(front, "node", "Add a node to a cluster, print its name, and wait until it is Ready.")
    {
        role.AcceptOnlyFromAmong("worker", "control-plane");
        Add(name);
        Add(role);
        Add(like);
        Add(image);
        Add(wait);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        AddNodeOptions options = new()
        {
            Role = parsed.GetValue(role) switch
            {
                "worker" => NodeRole.Worker,
                "control-plane" => NodeRole.ControlPlane,
                _ => null,
            },
            Like = parsed.GetValue(like),
            Image = parsed.GetValue(image),
            Wait = parsed.GetValue(wait).Time,
        };
        return new(
            AddedDocument.Of(await forge.Clusters.AddNodeAsync(ClusterOptions.NameOf(Front, parsed, name), options, cancellationToken))
        );
    }
}

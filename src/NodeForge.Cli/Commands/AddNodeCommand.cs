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
    private readonly Option<FileInfo?> bundle = ClusterOptions.Bundle(
        "A bundle whose other images the node gets too; of its node images the one that --image names, if any, goes into the engine."
    );
    private readonly BundleTrustOptions trust = new();
    private readonly Option<Duration> wait = ClusterOptions.Wait();

    public AddNodeCommand(FrontEnd front)
        : base(front, "node", "Add a node to a cluster, print its name, and wait until it is Ready.")
    {
        role.AcceptOnlyFromAmong("worker", "control-plane");
        Add(name);
        Add(role);
        Add(like);
        Add(image);
        Add(bundle);
        Add(trust.Policy);
        Add(trust.AllowOlder);
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
        string cluster = ClusterOptions.NameOf(Front, parsed, name);
        IReadOnlyList<string> others = parsed.GetValue(bundle) is { } file
            ? await forge.Bundles.PrepareNodeAsync(file.FullName, options.Image, trust.Read(parsed), cancellationToken)
            : [];
        AddedNode added = await forge.Clusters.AddNodeAsync(cluster, options, cancellationToken);
        if (others.Count > 0)
            await forge.Clusters.LoadAsync(cluster, [added.Name], others, cancellationToken);
        return new(AddedDocument.Of(added));
    }
}

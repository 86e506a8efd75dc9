using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class LoadImageCommand : ForgeCommand
{
    private readonly Argument<string[]> images = new("NAME")
    {
        Description = "The images, as docker images shows them.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<string[]> nodes = ClusterOptions.Nodes();

    public LoadImageCommand(FrontEnd front)
        : base(front, "image", "Load images that the engine has; only what a node lacks is sent.")
    {
        Aliases.Add("docker-image");
        Add(images);
        Add(name);
        Add(nodes);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string cluster = ClusterOptions.NameOf(Front, parsed, name);
        return new(
            LoadDocument.Of(
                await forge.Clusters.LoadAsync(
                    cluster,
                    ClusterOptions.NodesOf(parsed, nodes),
                    parsed.GetRequiredValue(images),
                    cancellationToken
                )
            )
        );
    }
}

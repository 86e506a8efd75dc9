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

    private readonly Option<FileInfo?> bundle = ClusterOptions.Bundle("The bundle that has the images, in the engine's place.");
    private readonly BundleTrustOptions trust = new();
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<string[]> nodes = ClusterOptions.Nodes();

    public LoadImageCommand(FrontEnd front)
        : base(front, "image", "Load images that the engine has; only what a node lacks is sent.")
    {
        Aliases.Add("docker-image");
        Add(images);
        Add(bundle);
        Add(trust.Policy);
        Add(trust.AllowOlder);
        Add(name);
        Add(nodes);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string cluster = ClusterOptions.NameOf(Front, parsed, name);
        IReadOnlyList<string> only = ClusterOptions.NodesOf(parsed, nodes);
        string[] named = parsed.GetRequiredValue(images);
        if (parsed.GetValue(bundle) is { } carried)
            forge.Bundles.Admit(carried.FullName, trust.Read(parsed));
        return new(
            LoadDocument.Of(
                parsed.GetValue(bundle) is { } file
                    ? await forge.Clusters.LoadArchivesAsync(
                        cluster,
                        only,
                        [.. named.Select(image => $"bundle:{file.FullName}#{image}")],
                        cancellationToken
                    )
                    : await forge.Clusters.LoadAsync(cluster, only, named, cancellationToken)
            )
        );
    }
}

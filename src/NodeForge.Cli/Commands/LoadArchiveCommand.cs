using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class LoadArchiveCommand : ForgeCommand
{
    private readonly Argument<string[]> files = new("FILE")
    {
        Description =
            "What docker save or skopeo copy wrote, compressed or not; or oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], bundle:FILE[#IMAGE].",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<string[]> nodes = ClusterOptions.Nodes();

    public LoadArchiveCommand(FrontEnd front)
        : base(front, "image-archive", "Load images out of archives and layouts; only what a node lacks is sent.")
    {
        Add(files);
        Add(name);
        Add(nodes);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string cluster = ClusterOptions.NameOf(Front, parsed, name);
        return new(
            LoadDocument.Of(
                await forge.Clusters.LoadArchivesAsync(
                    cluster,
                    ClusterOptions.NodesOf(parsed, nodes),
                    parsed.GetRequiredValue(files),
                    cancellationToken
                )
            )
        );
    }
}

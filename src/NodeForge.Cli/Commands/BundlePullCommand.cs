using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Transports;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle pull</c>: a bundle out of a registry.</summary>
internal sealed class BundlePullCommand : ForgeCommand
{
    private readonly Argument<string> source = new("SOURCE")
    {
        Description = "The bundle, or an image that one bundle is attached to: docker://HOST/NAME:TAG.",
    };

    private readonly Option<FileInfo> output = new("--output")
    {
        Description = "The bundle's file; of volumes what they are called before .001.",
        HelpName = "FILE",
        Required = true,
    };

    public BundlePullCommand(FrontEnd front)
        : base(front, "pull", "Pull a bundle from a registry; what an interrupted pull left is used.")
    {
        Add(source);
        Add(output);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(
            BundlePullDocument.Of(
                await forge.Bundles.PullAsync(
                    ImageTransport.Parse(parsed.GetRequiredValue(source)),
                    parsed.GetRequiredValue(output).FullName,
                    cancellationToken
                )
            )
        );
}

using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Transports;

namespace NodeForge.Cli.Commands;

internal sealed class InspectCommand : ForgeCommand
{
    private readonly Argument<string> image = new("IMAGE") { Description = ImageTransport.Syntax + "." };

    public InspectCommand(FrontEnd front)
        : base(front, "inspect", "Show what is in an image: layers, components, preloaded images, and what is attached to it.") =>
        Add(image);

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        ImageTransport place = ImageTransport.Parse(parsed.GetRequiredValue(image));
        return new(
            InspectDocument.Of(
                await forge.InspectAsync(place, cancellationToken),
                await forge.InspectAttachedAsync(place, cancellationToken)
            )
        );
    }
}

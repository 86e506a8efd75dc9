using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Layouts;

namespace NodeForge.Cli.Commands;

internal sealed class InspectCommand : ForgeCommand
{
    private readonly Argument<string> image = new("IMAGE") { Description = "oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF] or docker-daemon:REF." };

    public InspectCommand(FrontEnd front)
        : base(front, "inspect", "Show what is in an image: layers, components, preloaded images.") => Add(image);

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(InspectDocument.Of(await forge.InspectAsync(ImageTransport.Parse(parsed.GetRequiredValue(image)), cancellationToken)));
}

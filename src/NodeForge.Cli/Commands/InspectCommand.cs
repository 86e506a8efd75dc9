using System.CommandLine;
using NodeForge.Cli.Rendering;
using NodeForge.Oci.Layouts;

namespace NodeForge.Cli.Commands;

internal static class InspectCommand
{
    public static Command Create(Terminal terminal, Interruption interruption)
    {
        Argument<string> image = new("IMAGE") { Description = "oci:DIR[:TAG], oci-archive:FILE or docker-archive:FILE." };
        Command command = new("inspect", "Show what is in an image: layers, components, preloaded images.") { image };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (_, cancellation) =>
        {
            InspectDocument document = InspectDocument.Of(await Forge.InspectAsync(ImageTransport.Parse(parsed.GetRequiredValue(image)), cancellation));
            return new CommandResult(document.ToText(), document.ToJson());
        }));
        return command;
    }
}

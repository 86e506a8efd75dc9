using System.CommandLine;
using NodeForge.Cli.Rendering;
using NodeForge.Oci.Layouts;

namespace NodeForge.Cli.Commands;

internal static class InspectCommand
{
    public static Command Create(Terminal terminal, Interruption interruption)
    {
        Argument<string> image = new("IMAGE") { Description = "oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF] or docker-daemon:REF." };
        Command command = new("inspect", "Show what is in an image: layers, components, preloaded images.") { image };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            InspectDocument document = InspectDocument.Of(await forge.InspectAsync(ImageTransport.Parse(parsed.GetRequiredValue(image)), cancellation));
            return new CommandResult(document.ToText(), document.ToJson());
        }));
        return command;
    }
}

using System.CommandLine;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Preflight;

namespace NodeForge.Cli.Commands;

/// <summary><c>doctor</c>: what <c>create cluster</c> looks at first, told whether it is fine or not.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal, Interruption interruption)
    {
        Option<string?> config = ClusterOptions.Config();
        Option<string?> image = new("--image") { Description = "A node image that the engine has, to look at as well.", HelpName = "REF" };
        Command command = new("doctor", "Check the machine that clusters would run on, and say how to mend what is wrong.") { config, image };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            ClusterConfig wanted = await ClusterOptions.ReadAsync(parsed.GetValue(config), cancellation);
            CheckedMachine machine = await forge.Clusters.CheckAsync(wanted, parsed.GetValue(image), cancellation);
            DoctorDocument document = DoctorDocument.Of(machine);
            return new(document.ToText(), document.ToJson(), machine.Errors.Count > 0 ? ExitCode.Environment : ExitCode.Ok);
        }));
        return command;
    }
}

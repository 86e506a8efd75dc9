using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Preflight;

namespace NodeForge.Cli.Commands;

/// <summary><c>doctor</c>: what <c>create cluster</c> looks at first, told whether it is fine or not.</summary>
internal sealed class DoctorCommand : ForgeCommand
{
    private readonly Option<string?> config = ClusterOptions.Config();
    private readonly Option<string?> image = new("--image")
    {
        Description = "A node image that the engine has, to look at as well.",
        HelpName = "REF",
    };

    public DoctorCommand(FrontEnd front)
        : base(front, "doctor", "Check the machine that clusters would run on, and say how to fix what is wrong.")
    {
        Add(config);
        Add(image);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        ClusterConfig wanted = await ClusterOptions.ReadAsync(parsed.GetValue(config), cancellationToken);
        CheckedMachine machine = await forge.Clusters.CheckAsync(wanted, parsed.GetValue(image), cancellationToken);
        DoctorDocument document = DoctorDocument.Of(machine);
        return new(document, document.ToText(Front.Terminal.Width), machine.Errors.Count > 0 ? ExitCode.Environment : ExitCode.Ok);
    }
}

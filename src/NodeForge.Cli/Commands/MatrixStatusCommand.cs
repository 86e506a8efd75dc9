using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Matrices.Emission;

namespace NodeForge.Cli.Commands;

/// <summary><c>matrix status</c>: how far the Jobs of a matrix are. Whoever may ask the cluster asks it; this reads the answer.</summary>
internal sealed class MatrixStatusCommand : ForgeCommand
{
    private readonly Argument<FileInfo> file = MatrixArgument.Create();
    private readonly Option<FileInfo> jobs = new("--jobs")
    {
        Description = "What kubectl get jobs --output json printed; /dev/stdin for a pipe.",
        HelpName = "FILE",
        Required = true,
    };

    public MatrixStatusCommand(FrontEnd front)
        : base(
            front,
            "status",
            "Tell how far the Jobs of a matrix are; returns 0 once all images are written, 8 before, 6 when a Job failed."
        )
    {
        Add(file);
        Add(jobs);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        MatrixStatus status = await forge.Matrices.StatusAsync(
            parsed.GetRequiredValue(file).FullName,
            parsed.GetRequiredValue(jobs).FullName,
            cancellationToken
        );
        return new CommandResult(MatrixStatusDocument.Of(status)) with
        {
            ExitCode =
                status.IsComplete ? ExitCode.Ok
                : status.HasFailed ? ExitCode.BuildStep
                : ExitCode.Busy,
        };
    }
}

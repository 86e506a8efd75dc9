using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Transports;

namespace NodeForge.Cli.Commands;

/// <summary><c>matrix lock</c>: a lock for each image, what they share locked once.</summary>
internal sealed class MatrixLockCommand : ForgeCommand
{
    private readonly Argument<FileInfo> file = MatrixArgument.Create();
    private readonly Option<bool> renew = new("--renew") { Description = "Take the newest of everything, whatever the locks have." };
    private readonly Option<bool> check = new("--check")
    {
        Description = "Write nothing; fail with NF2006 for each thing that would move.",
    };

    public MatrixLockCommand(FrontEnd front)
        : base(front, "lock", "Resolve every name of a matrix, what images share to one thing, and write its lock files.")
    {
        Add(file);
        Add(renew);
        Add(check);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        MatrixLockRequest request = new(parsed.GetRequiredValue(file).FullName)
        {
            Renew = parsed.GetValue(renew),
            Check = parsed.GetValue(check),
        };
        return new(MatrixLockDocument.Of(await forge.Matrices.LockAsync(request, cancellationToken)));
    }
}

/// <summary><c>matrix plan</c>: what cells share, and what each adds.</summary>
internal sealed class MatrixPlanCommand : ForgeCommand
{
    private readonly Argument<FileInfo> file = MatrixArgument.Create();

    public MatrixPlanCommand(FrontEnd front)
        : base(front, "plan", "Show the cells of a matrix: which layers they share, and what each adds.") => Add(file);

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(MatrixPlanDocument.Of(await forge.Matrices.PlanAsync(parsed.GetRequiredValue(file).FullName, cancellationToken)));
}

/// <summary><c>matrix build</c>: cells side by side, an index for each image.</summary>
internal sealed class MatrixBuildCommand : ForgeCommand
{
    private readonly Argument<FileInfo> file = MatrixArgument.Create();
    private readonly Option<string[]> output = new("--output")
    {
        Description =
            $"Where each image goes instead of the matrix's outputs: {ImageTransport.Syntax}, {{image}} for its name. May be given again.",
        HelpName = "TRANSPORT",
    };
    private readonly Option<string[]> cell = new("--cell")
    {
        Description = "This cell only: IMAGE:PLATFORM, or its number from 0. May be given again.",
        HelpName = "CELL",
    };
    private readonly Option<int?> jobs = new("--jobs")
    {
        Description = "How many cells are built at a time (default: as many as cores and memory are for).",
        HelpName = "N",
    };
    private readonly Option<string> compression = CompressionOption.Create();
    private readonly Option<bool> allowOpen = new("--allow-open-closure")
    {
        Description = "Make node images though clusters can ask for images that they have not; they say so in their records.",
    };
    private readonly CacheOptions cache = new();

    public MatrixBuildCommand(FrontEnd front)
        : base(front, "build", "Build the cells of a matrix side by side, and write each image with all its platforms.")
    {
        Add(file);
        Add(output);
        Add(cell);
        Add(jobs);
        Add(compression);
        Add(allowOpen);
        cache.AddTo(this);
        Add(GlobalOptions.Offline);
        jobs.Takes(1, 64);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        MatrixBuildRequest request = new(parsed.GetRequiredValue(file).FullName)
        {
            Outputs = parsed.GetValue(output) ?? [],
            Cells = parsed.GetValue(cell) ?? [],
            Jobs = parsed.GetValue(jobs),
            Compression = parsed.GetValue(compression)!,
            AllowOpenClosure = parsed.GetValue(allowOpen),
            Cache = cache.Read(parsed),
            Offline = parsed.GetValue(GlobalOptions.Offline),
        };
        MatrixOutcome outcome = await forge.Matrices.BuildAsync(request, cancellationToken);
        return new CommandResult(MatrixBuildDocument.Of(outcome)) with { ExitCode = outcome.Failure?.Code.ExitCode ?? ExitCode.Ok };
    }
}

internal static class MatrixArgument
{
    public static Argument<FileInfo> Create() => new("FILE") { Description = "The matrix, a YAML file." };
}

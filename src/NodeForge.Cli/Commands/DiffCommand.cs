using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Transports;
using NodeForge.Verification;

namespace NodeForge.Cli.Commands;

/// <summary><c>diff</c>: where two images part, down to the byte.</summary>
internal sealed class DiffCommand : ForgeCommand
{
    private readonly Argument<string> first = new("A") { Description = "An image, as for verify." };
    private readonly Argument<string> second = new("B") { Description = "Another one." };

    public DiffCommand(FrontEnd front)
        : base(front, "diff", "Show where two images differ, down to the entry, the header field and the byte.")
    {
        Add(first);
        Add(second);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        IReadOnlyList<ImageDifference> differences = await forge.CompareAsync(
            ImageTransport.Parse(parsed.GetRequiredValue(first)),
            ImageTransport.Parse(parsed.GetRequiredValue(second)),
            cancellationToken
        );
        return new CommandResult(DiffDocument.Of(differences)) with
        {
            ExitCode = differences.All(difference => difference.Sameness != Sameness.Different) ? ExitCode.Ok : ExitCode.Verification,
        };
    }
}

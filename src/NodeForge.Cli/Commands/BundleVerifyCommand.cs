using System.CommandLine;
using NodeForge.Bundles.Reading;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle verify</c>: what of a bundle has to be copied again.</summary>
internal sealed class BundleVerifyCommand : ForgeCommand
{
    private readonly Argument<string> file = new("FILE")
    {
        Description = "The bundle; of volumes what they are called before .001, or one of them; - reads standard input.",
    };

    private readonly BundleTrustOptions trust = new();

    public BundleVerifyCommand(FrontEnd front)
        : base(front, "verify", "Read every byte of a bundle, and name every volume and blob that is damaged and what to copy again.")
    {
        Add(file);
        Add(trust.Policy);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string place = parsed.GetRequiredValue(file);
        await using Stream? input = place == "-" ? Console.OpenStandardInput() : null;
        BundleReport report = await (
            input is null
                ? forge.Bundles.VerifyAsync(place, new() { Policy = parsed.GetValue(trust.Policy)?.FullName }, cancellationToken)
                : forge.Bundles.VerifyAsync(input, "standard input", cancellationToken)
        );
        return new CommandResult(BundleVerifyDocument.Of(report)) with { ExitCode = report.IsSound ? ExitCode.Ok : ExitCode.Verification };
    }
}

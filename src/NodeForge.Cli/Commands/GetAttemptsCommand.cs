using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>get attempts</c>: what an air-gapped cluster wanted from outside.</summary>
internal sealed class GetAttemptsCommand : ForgeCommand
{
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly ReportOptions report;

    public GetAttemptsCommand(FrontEnd front)
        : base(front, "attempts", "List what the nodes and pods of an air-gapped cluster tried to reach outside of it.")
    {
        Add(name);
        report = new(this);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        using SignedReport? file = report.Open(forge, parsed);
        AttemptsDocument document = AttemptsDocument.Of(
            await forge.Clusters.AttemptsAsync(ClusterOptions.NameOf(Front, parsed, name), cancellationToken)
        );
        ReportOptions.Write(file, document);
        return new(document);
    }
}

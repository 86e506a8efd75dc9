using System.CommandLine;
using System.Globalization;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class ExportLogsCommand : ForgeCommand
{
    private readonly Argument<DirectoryInfo?> folder = new("DIR")
    {
        Description = "Where to (default: a new folder for temporary files).",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> name = ClusterOptions.Name();

    public ExportLogsCommand(FrontEnd front)
        : base(front, "logs", "Save the nodes' logs and print the folder; a node that is down does not stop the others.")
    {
        Add(folder);
        Add(name);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string cluster = ClusterOptions.NameOf(Front, parsed, name);
        string fresh = string.Create(
            CultureInfo.InvariantCulture,
            $"nodeforge-logs-{cluster}-{Front.Host.Clock.GetUtcNow():yyyyMMdd'T'HHmmss}"
        );
        string target = parsed.GetValue(folder)?.FullName ?? Path.Combine(Front.Host.TemporaryFolder, fresh);
        return new(LogsDocument.Of(await forge.Clusters.ExportLogsAsync(cluster, target, VersionCommand.Text, cancellationToken)));
    }
}

using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class CachePruneCommand : ForgeCommand
{
    private readonly Option<DirectoryInfo> keep = new("--keep-locks")
    {
        Description = "Keep what the lock files below this folder need.",
        HelpName = "DIR",
        Required = true,
    };
    private readonly Option<string?> shared = new("--shared-cache")
    {
        Description = "Prune this cache in a registry instead of this machine's: docker://HOST/REPOSITORY.",
        HelpName = "REPOSITORY",
    };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Say what would be removed, and remove nothing." };

    public CachePruneCommand(FrontEnd front)
        : base(front, "prune", "Remove from the cache whatever no lock needs. Not while something builds.")
    {
        Add(keep);
        Add(shared);
        Add(dryRun);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        PruneRequest request = new(parsed.GetRequiredValue(keep).FullName)
        {
            Shared = parsed.GetValue(shared),
            DryRun = parsed.GetValue(dryRun),
        };
        return new(PruneDocument.Of(await forge.Caches.PruneAsync(request, cancellationToken), request.DryRun));
    }
}

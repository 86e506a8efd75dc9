using Microsoft.Build.Framework;
using NodeForge.Bundles.Reading;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>Reads every byte of bundles, and says what of them is damaged.</summary>
[MSBuildMultiThreadableTask]
public sealed class VerifyBundle : ForgeTask
{
    [Required]
    public ITaskItem[] Bundles { get; set; } = [];

    private protected override async Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        foreach (ITaskItem bundle in Bundles)
            await ForAsync(bundle.ItemSpec, () => VerifyAsync(forge, bundle.ItemSpec, cancellationToken)).ConfigureAwait(false);
    }

    private async Task VerifyAsync(Forge forge, string bundle, CancellationToken cancellationToken)
    {
        BundleReport report = await forge.Bundles.VerifyAsync(bundle, trust: null, cancellationToken).ConfigureAwait(false);
        foreach (Diagnostic problem in report.Problems)
            Messages.Tell(problem, bundle);
        Messages.Say(MessageImportance.High, $"{Path.GetFileName(bundle)} {(report.IsSound ? "is sound" : "is not sound")}");
    }
}

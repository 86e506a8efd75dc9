using System.Text;
using Microsoft.Build.Framework;
using NodeForge.Oci.Content;
using NodeForge.Oci.Transports;
using NodeForge.Verification;
using NodeForge.Verification.Reports;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>Reads every byte of images, runs nothing of them, and says what is wrong; a page for people lies beside each.</summary>
[MSBuildMultiThreadableTask]
public sealed class VerifyImage : ForgeTask
{
    [Required]
    public ITaskItem[] Images { get; set; } = [];

    private protected override async Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        foreach (ITaskItem image in Images)
            await ForAsync(image.GetMetadata("Recipe"), () => VerifyAsync(forge, image, cancellationToken)).ConfigureAwait(false);
    }

    private async Task VerifyAsync(Forge forge, ITaskItem image, CancellationToken cancellationToken)
    {
        IReadOnlyList<VerificationReport> reports = await forge
            .VerifyAsync(ImageTransport.Parse(image.GetMetadata("Transport")), against: null, cancellationToken)
            .ConfigureAwait(false);
        string page = image.ItemSpec + ".verify.html";
        AtomicFile.WriteAllBytes(page, Encoding.UTF8.GetBytes(HtmlReport.Write(reports)));
        foreach (Diagnostic finding in reports.SelectMany(report => report.Findings))
            Messages.Tell(finding, image.ItemSpec);
        Messages.Say(
            MessageImportance.High,
            $"{Path.GetFileName(image.ItemSpec)} {(reports.All(report => report.IsSound) ? "is sound" : "is not sound")} -> {page}"
        );
    }
}

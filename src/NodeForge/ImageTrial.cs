using System.Security.Cryptography;
using NodeForge.Clusters;
using NodeForge.Clusters.Trials;
using NodeForge.Engines;
using NodeForge.Oci;
using NodeForge.Verification;
using NodeForge.Verification.Boot;

namespace NodeForge;

/// <summary>Boots images where there is no network but the cluster's own; what is not an engine's already is loaded into it, and taken out
/// again.</summary>
internal sealed class ImageTrial(Func<CancellationToken, Task<EngineClient>> connect, ClusterProvider clusters)
{
    /// <param name="report">Of the image.</param>
    /// <param name="reference">The image, by its name in the engine.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">What is wrong with the machine or the engine, and says nothing of the image.</exception>
    public async Task<VerificationReport> RunAsync(
        VerificationReport report,
        ImageReference reference,
        CancellationToken cancellationToken
    ) => report.With(await clusters.TryAsync(reference.ToString(), cancellationToken).ConfigureAwait(false));

    /// <param name="reports">Of images of the source.</param>
    /// <param name="source">Has the images.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">As the other one; the source cannot be read.</exception>
    public async Task<IReadOnlyList<VerificationReport>> RunAsync(
        IReadOnlyList<VerificationReport> reports,
        IImageSource source,
        CancellationToken cancellationToken
    )
    {
        List<VerificationReport> tried = [];
        foreach (VerificationReport report in reports)
            tried.Add(
                CanRun(report) && await ReportedImages.FindAsync(source, report, cancellationToken).ConfigureAwait(false) is { } image
                    ? await LoadAsync(report, image, cancellationToken).ConfigureAwait(false)
                    : report.NotBooted()
            );
        return tried;
    }

    /// <summary>Whether this machine can run the image, and it is a node at all.</summary>
    public static bool CanRun(VerificationReport report) =>
        report is { KubernetesVersion: not null, Platform: { } platform } && RecipeRequest.IsOfThisMachine(platform);

    private async Task<VerificationReport> LoadAsync(VerificationReport report, Image image, CancellationToken cancellationToken)
    {
        ImageReference name = ImageReference.Parse(
            $"{TrialImages.Repository}:{image.Id.ShortHex}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}"
        );
        try
        {
            await new EngineStore(connect, name).WriteAsync([image], cancellationToken).ConfigureAwait(false);
            return await RunAsync(report, name, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            using EngineClient engine = await connect(CancellationToken.None).ConfigureAwait(false);
            await engine.Images.RemoveAsync(name.ToString(), force: false, CancellationToken.None).ConfigureAwait(false);
        }
    }
}

using NodeForge.Images;
using NodeForge.Images.Assembly;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Verification;
using NodeForge.Verification.Reproduction;

namespace NodeForge;

/// <summary>Holds images against the recipe that they should be of.</summary>
/// <param name="forge">Plans and fetches.</param>
/// <param name="environment">Its store has the sources.</param>
/// <param name="recipe">The recipe; of which platform, the images say.</param>
internal sealed class RecipeProof(Forge forge, BuildEnvironment environment, RecipeRequest recipe)
{
    /// <summary>By what the lock and the images say.</summary>
    public async Task<IReadOnlyList<VerificationReport>> HoldAsync(
        IReadOnlyList<VerificationReport> reports,
        CancellationToken cancellationToken
    )
    {
        List<VerificationReport> held = [];
        foreach (VerificationReport report in reports)
            held.Add(
                report.Platform is { } platform
                    ? report.With(Expected((await forge.PlanAsync(For(platform), cancellationToken).ConfigureAwait(false)).Plans[0]))
                    : report
            );
        return held;
    }

    /// <summary>By building again.</summary>
    /// <param name="source">Has the images.</param>
    /// <param name="offline">Whether nothing may be fetched.</param>
    /// <param name="reports">Of images of the source.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<VerificationReport>> RebuildAsync(
        IImageSource source,
        bool offline,
        IReadOnlyList<VerificationReport> reports,
        CancellationToken cancellationToken
    )
    {
        List<VerificationReport> compared = [];
        foreach (VerificationReport report in reports)
            compared.Add(
                await ReportedImages.FindAsync(source, report, cancellationToken).ConfigureAwait(false) is { } image
                    ? await CompareAsync(report, image, offline, cancellationToken).ConfigureAwait(false)
                    : report
            );
        return compared;
    }

    private async Task<VerificationReport> CompareAsync(
        VerificationReport report,
        Image image,
        bool offline,
        CancellationToken cancellationToken
    )
    {
        ImagePlan plan = (await forge.FetchAsync(For(image.Platform), offline, cancellationToken).ConfigureAwait(false)).Plans[0];
        if (report.OpenClosure && plan is NodeImagePlan node)
            plan = node.WithOpenClosure();
        using ScratchFolder steps = environment.NewScratch("rebuild");
        BuildEnvironment anew = environment with
        {
            Actions = new ActionCache(steps.Path, environment.Store, environment.Clock, environment.Reporter),
        };
        // What the lock records is what the comparison finds; it tells more.
        Image rebuilt = await new ImageAssembler(anew)
            .AssembleAsync(plan with { Recorded = null }, cancellationToken)
            .ConfigureAwait(false);
        return report.With(
            await ImageComparison
                .CompareAsync(rebuilt with { Name = $"{recipe.Path}, built again" }, image, cancellationToken)
                .ConfigureAwait(false)
        );
    }

    private RecipeRequest For(Platform platform) => recipe with { Platforms = [platform.ToString()] };

    private ExpectedImage Expected(ImagePlan plan)
    {
        NodeImagePlan? node = plan as NodeImagePlan;
        IEnumerable<VerifiedComponent> packages = (node?.Base?.Rootfs.Part.Packages ?? []).Select(static package => new VerifiedComponent(
            package.Name,
            package.Version,
            package.Digest,
            package.Path
        ));
        return new(
            recipe.Path,
            node is null ? [plan.Digest] : [plan.Digest, node.WithOpenClosure().Digest],
            node?.Recipe.Kubernetes.Version,
            plan.Recorded?.ImageId,
            [.. packages]
        );
    }
}

using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Recipes;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>Container image: files out of packages, no script run, and the recipe's own files, in one layer.</summary>
internal sealed class ContainerImageAssembler(BuildEnvironment environment)
{
    /// <param name="plan">What to make.</param>
    /// <param name="binaries">The programs of a Kubernetes build, by name; empty for an image built on its own.</param>
    public async Task<Image> AssembleAsync(
        ContainerImagePlan plan,
        IReadOnlyDictionary<string, ActionOutput> binaries,
        CancellationToken cancellationToken
    )
    {
        Digest own = DraftedLayer.KeyOf(Draft(null).Entries, plan.Epoch);
        Digest key = plan.Recipe.Debian is { } packages ? PackageFiles.KeyOf(packages.Extract, plan.Part, own) : own;
        LayerBlob layer = await DraftedLayer
            .BuildAsync(key, () => Draft(plan.Recipe.Debian).Entries, plan.Name, plan.Epoch, environment, cancellationToken, plan.Part)
            .ConfigureAwait(false);
        return ImageWriter.Write(plan, [layer.Titled(plan.Name, environment.Store)], plan.Recipe.Contents, null, environment.Store) with
        {
            // A name that is none is told where somebody wants to use it.
            References =
            [
                .. plan
                    .Recipe.Tags.Select(tag => ImageReference.TryParse(tag, out ImageReference? reference) ? reference : null)
                    .OfType<ImageReference>(),
            ],
        };

        LayerDraft Draft(ExtractedPackages? extracted)
        {
            LayerDraft draft = new(new RootfsTree(), plan.Epoch);
            if (extracted is not null)
                new PackageFiles(environment).Extract(extracted.Extract, plan.Part, draft, plan.Recipe.File, cancellationToken);
            new ContentsLayer(environment.Store, binaries).Lay(plan.Recipe.Contents, draft, cancellationToken);
            return draft;
        }
    }
}

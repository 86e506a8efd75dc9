using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>How preloaded images lie in a node: a layer for each, and what the last layer has to say of all of them.</summary>
internal abstract class PreloadLayers(NodeImagePlan plan, BuildEnvironment environment)
{
    public static PreloadLayers For(NodeImagePlan plan, BuildEnvironment environment) =>
        plan.Recipe.Preload.Method switch
        {
            PreloadMethod.ContentStore => new ContentStorePreload(plan, environment),
            _ => new ArchivePreload(plan, environment),
        };

    protected NodeImagePlan Plan { get; } = plan;

    protected BuildEnvironment Environment { get; } = environment;

    public async Task<IReadOnlyList<Layer>> BuildAsync(
        IReadOnlyList<NodePreload> preloads,
        RootfsTree tree,
        CancellationToken cancellationToken
    )
    {
        List<Task<Layer>> layers = [];
        foreach (NodePreload preload in preloads)
        {
            LayerDraft draft = new(tree, Plan.Epoch);
            Draft(preload, draft);
            if (!draft.IsEmpty) // empty when every blob is in an earlier image's layer
                layers.Add(BuildAsync(draft, $"image {preload.Name}", cancellationToken));
        }

        return await Task.WhenAll(layers).ConfigureAwait(false);
    }

    private async Task<Layer> BuildAsync(LayerDraft draft, string title, CancellationToken cancellationToken) =>
        (await DraftedLayer.BuildAsync(draft, title, Plan.Epoch, Environment, cancellationToken).ConfigureAwait(false)).Titled(
            title,
            Environment.Store
        );

    /// <summary>Adds to the last layer what speaks of all images.</summary>
    public abstract void Complete(IReadOnlyList<NodePreload> preloads, LayerDraft last);

    protected abstract void Draft(NodePreload preload, LayerDraft draft);
}

/// <summary>An archive for each image, imported at the node's first boot (docs/node-image.md).</summary>
internal sealed class ArchivePreload(NodeImagePlan plan, BuildEnvironment environment) : PreloadLayers(plan, environment)
{
    public override void Complete(IReadOnlyList<NodePreload> preloads, LayerDraft last) { }

    protected override void Draft(NodePreload preload, LayerDraft draft)
    {
        (LayerContent archive, long length) = OciArchive.Join([
            preload.Image with
            {
                References = [.. preload.References.Select(ImageReference.Parse)],
                Tag = null,
                Indexes = [],
            },
        ]);
        draft.Add(
            new TarEntry
            {
                Path = $"usr/lib/nodeforge/images/{preload.Name}.tar",
                Kind = TarEntryKind.File,
                Mode = 0x1a4,
                Size = length,
            },
            archive
        );
    }
}

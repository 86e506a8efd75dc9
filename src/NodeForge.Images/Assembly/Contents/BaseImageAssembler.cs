using NodeForge.Images.Debian.Bootstrap;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Layers;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>Base image: configured packages, and the recipe's files over them.</summary>
internal sealed class BaseImageAssembler(BuildEnvironment environment)
{
    public async Task<Image> AssembleAsync(BaseImagePlan plan, CancellationToken cancellationToken)
    {
        LayerBlob rootfs = await new DebianBootstrap(environment)
            .BuildAsync(plan.Rootfs, plan.Epoch, RootfsPurpose.Image, cancellationToken)
            .ConfigureAwait(false);
        List<Layer> layers = [rootfs.Titled($"{plan.Rootfs.Settings.Suite} packages", environment.Store)];
        RootfsTree tree = RootfsTree.Read(environment.Store, [rootfs.Descriptor], cancellationToken);
        LayerDraft draft = new(tree, plan.Epoch);
        new ContentsLayer(environment.Store, new Dictionary<string, ActionOutput>()).Lay(plan.Contents, draft, cancellationToken);
        new SystemdLinks(draft, new UnitFiles(draft, tree).Read).Write(plan.Contents.Systemd);
        if (!draft.IsEmpty)
            layers.Add(
                (
                    await DraftedLayer
                        .BuildAsync(draft, $"{plan.Name} files", plan.Epoch, environment, cancellationToken)
                        .ConfigureAwait(false)
                ).Titled($"{plan.Name} files", environment.Store)
            );
        return ImageWriter.Write(plan, layers, plan.Contents, null, environment.Store);
    }
}

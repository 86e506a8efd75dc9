using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Assembly.Nodes;
using NodeForge.Images.Planning;
using NodeForge.Oci;

namespace NodeForge.Images.Assembly;

/// <summary>plan + store → image. A function of the two: no network, no clock, no name of this machine.</summary>
public sealed class ImageAssembler(BuildEnvironment environment)
{
    /// <exception cref="NodeForgeException">Codes NF42xx, <see cref="ErrorCodes.OutputNotAsLocked"/> among them; whatever was finished
    /// before stays in the cache.</exception>
    public async Task<Image> AssembleAsync(ImagePlan plan, CancellationToken cancellationToken)
    {
        Image image = await BuildAsync(plan, cancellationToken).ConfigureAwait(false);
        RecordedIdentity.Check(plan, image);
        return image;
    }

    private Task<Image> BuildAsync(ImagePlan plan, CancellationToken cancellationToken) =>
        plan switch
        {
            BaseImagePlan baseImage => new BaseImageAssembler(environment).AssembleAsync(baseImage, cancellationToken),
            ContainerImagePlan container => new ContainerImageAssembler(environment).AssembleAsync(
                container,
                new Dictionary<string, ActionOutput>(),
                cancellationToken
            ),
            NodeImagePlan node => new NodeImageAssembler(environment).AssembleAsync(node, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(plan), plan.GetType().Name, "This kind of plan makes no image."),
        };
}

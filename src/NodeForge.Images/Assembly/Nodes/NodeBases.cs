using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>What a node image stands on.</summary>
/// <param name="Origin">A recipe's name or an image reference.</param>
/// <param name="ImageId">The base's config digest.</param>
/// <param name="Layers">Bottom first.</param>
/// <param name="Defaults">How the base runs.</param>
internal sealed record NodeBase(string Origin, Digest ImageId, IReadOnlyList<Layer> Layers, ContainerDefaults? Defaults)
{
    /// <summary>The base's packages where the lock knows them.</summary>
    public IReadOnlyList<LockedPackage> Packages { get; init; } = [];
}

/// <summary>Makes or opens a node's base.</summary>
internal sealed class NodeBases(BuildEnvironment environment)
{
    public async Task<NodeBase> OpenAsync(NodeImagePlan plan, CancellationToken cancellationToken)
    {
        if (plan.Base is { } recipe)
        {
            Image built = await new BaseImageAssembler(environment).AssembleAsync(recipe, cancellationToken).ConfigureAwait(false);
            return new(recipe.Name, built.Id, built.Layers, built.Config.Config) { Packages = recipe.Rootfs.Part.Packages };
        }

        Image image = await new ImageOpener(environment)
            .OpenAsync(plan.Recipe.Base.Image!, plan.Part, plan.Platform, unpacked: false, cancellationToken)
            .ConfigureAwait(false);
        return new(
            plan.Recipe.Base.Image!.Text,
            image.Id,
            [.. image.Layers.Select((layer, index) => layer with { Title = $"base {index + 1}" })],
            image.Config.Config
        );
    }
}

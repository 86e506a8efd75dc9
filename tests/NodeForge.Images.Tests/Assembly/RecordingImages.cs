using NodeForge.Images.Assembly;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Tests.Assembly;

/// <summary>A lock may record what its image comes out as; a build that makes anything else fails.</summary>
public sealed class RecordingImages
{
    [Fact]
    public async Task An_image_that_comes_out_as_recorded_is_built()
    {
        using NodeRoom node = new();
        Image first = await node.AssembleAsync(node.Recipe);
        Image again = await AssembleAsync(node, node.Recipe, Recorded(first.Id, first.Config.RootFs.DiffIds));
        Assert.Equal(first.Id, again.Id);
    }

    [Fact]
    public async Task The_lowest_layer_that_is_another_one_is_named()
    {
        using NodeRoom node = new();
        Image first = await node.AssembleAsync(node.Recipe);
        RecipeLock recorded = Recorded(first.Id, first.Config.RootFs.DiffIds);
        NodeImageRecipe other = node.Recipe with
        {
            Contents = node.Recipe.Contents with
            {
                Files =
                [
                    new FileSource
                    {
                        Path = "/etc/motd",
                        Kind = FileSourceKind.Content,
                        Content = "good bye\n",
                    },
                ],
            },
        };
        Diagnostic told = await RefusedAsync(node, other, recorded);
        Assert.Equal("layer 7, node configuration", told.Where!.Detail);
        Assert.Equal(first.Config.RootFs.DiffIds[6].ToString(), told.Want);
        Assert.NotEqual(told.Want, told.Got);
    }

    [Fact]
    public async Task A_layer_too_few_is_named()
    {
        using NodeRoom node = new();
        Image first = await node.AssembleAsync(node.Recipe);
        Diagnostic told = await RefusedAsync(
            node,
            node.Recipe,
            Recorded(Digest.Of("other"u8), [.. first.Config.RootFs.DiffIds, Digest.Of("more"u8)])
        );
        Assert.Equal(("layer 8", "no such layer"), (told.Where!.Detail, told.Got));
    }

    [Fact]
    public async Task With_the_same_layers_it_is_the_config_that_differs()
    {
        using NodeRoom node = new();
        Image first = await node.AssembleAsync(node.Recipe);
        NodeImageRecipe other = node.Recipe with
        {
            Contents = node.Recipe.Contents with { Environment = new Dictionary<string, string> { ["EXAMPLE"] = "2" } },
        };
        Diagnostic told = await RefusedAsync(node, other, Recorded(first.Id, first.Config.RootFs.DiffIds));
        Assert.Equal(("config", first.Id.ToString()), (told.Where!.Detail, told.Want));
    }

    [Fact]
    public void Of_another_epoch_than_the_locks_nothing_is_recorded()
    {
        using NodeRoom node = new();
        RecipeLock recorded = Recorded(Digest.Of("image"u8), [Digest.Of("layer"u8)]);
        Assert.NotNull(Planner.Plan(node.Recipe, recorded, Platform.LinuxAmd64).Recorded);
        Assert.Null(Planner.Plan(node.Recipe, recorded, Platform.LinuxAmd64, recorded.Epoch + 1).Recorded);
    }

    private static RecipeLock Recorded(Digest imageId, IReadOnlyList<Digest> layers) =>
        NodeRoom.Lock with
        {
            Parts = [NodeRoom.Lock.Parts[0] with { Output = imageId, Layers = layers }],
        };

    private static Task<Image> AssembleAsync(NodeRoom node, NodeImageRecipe recipe, RecipeLock locked) =>
        new ImageAssembler(node.Room.Environment).AssembleAsync(Planner.Plan(recipe, locked, Platform.LinuxAmd64), CancellationToken.None);

    private static async Task<Diagnostic> RefusedAsync(NodeRoom node, NodeImageRecipe recipe, RecipeLock locked)
    {
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => AssembleAsync(node, recipe, locked));
        Diagnostic told = Assert.Single(failure.Diagnostics);
        Assert.Equal(ErrorCodes.OutputNotAsLocked, told.Code);
        return told;
    }
}

using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.SameBits;

/// <summary>Built again where everything is different that must not matter, images keep every diff ID and their ID.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class The_same_bits_every_time(NodeImage node) : IDisposable
{
    private readonly OtherCircumstances elsewhere = new();

    public void Dispose() => elsewhere.Dispose();

    [Fact]
    public async Task A_node_image_with_its_base_is_the_same_from_another_place_user_locale_and_year()
    {
        await elsewhere.PrepareAsync();
        elsewhere.TakeOverCompiledKubernetes(node.Product.DiffIds);
        await AssertSameAsync();
    }

    /// <summary>Compiles Kubernetes a second time, on one processor.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task Kubernetes_compiled_again_is_the_same_too()
    {
        await elsewhere.PrepareAsync();
        await AssertSameAsync();
    }

    private async Task AssertSameAsync()
    {
        ProgramRun run = await elsewhere.RunAsync(
            "build",
            "node-image",
            Path.Combine(elsewhere.Folder, "recipes/node/debian-v1.20.2.yaml"),
            "--lock",
            Checkout.NodeLock,
            "-o",
            "json"
        );
        BuiltProduct again = BuiltProduct.Read(run.Succeeded().Output);
        // A clock that the programs did not see would make this test prove nothing.
        int year = int.Parse(await File.ReadAllTextAsync(elsewhere.SeenDate), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(DateTimeOffset.UtcNow.AddDays(366).Year, year);
        foreach ((BuiltLayer first, BuiltLayer second) in node.Product.Layers.Zip(again.Layers))
        {
            Assert.True(
                first == second,
                first == second
                    ? ""
                    : $"layer '{first.Title}' differs: {LayerComparison.FirstDifference(CacheOfItsOwn.BlobOf(Checkout.Cache, first.DiffId), elsewhere.BlobOf(second.DiffId))}"
            );
        }

        Assert.Equal(node.Product.DiffIds, again.DiffIds);
        Assert.Equal(node.Product.ImageId, again.ImageId);
    }
}

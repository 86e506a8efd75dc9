using System.Text.Json;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.SameBits;

/// <summary>The shipped lock says, for each platform, which image comes out: on every machine that builds it.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class What_the_lock_records(NodeImage node) : IDisposable
{
    private static readonly Dictionary<string, string?> NoPrograms = new() { ["PATH"] = "/nonexistent" };

    private readonly CacheOfItsOwn cache = new(Directory.CreateTempSubdirectory("nodeforge-recorded-").FullName);

    public void Dispose() => Directory.Delete(cache.Folder, recursive: true);

    [Fact]
    public void The_node_image_is_the_recorded_one()
    {
        // A machine whose mirror has moved on builds from a lock of its own, in which nothing is recorded.
        if (Checkout.NodeLock != Path.ChangeExtension(Checkout.NodeRecipe, ".lock.json"))
            return;
        (string imageId, string[] layers) = Recorded(Checkout.Platform);
        Assert.Equal(layers, node.Product.DiffIds);
        Assert.Equal(imageId, node.Product.ImageId);
    }

    [Fact]
    public async Task Where_base_and_Kubernetes_are_there_the_node_image_is_made_without_running_a_program()
    {
        cache.TakeOverFetched(Checkout.Platform);
        cache.TakeOver(CacheOfItsOwn.IsConfiguredRootfs);
        cache.TakeOverKubernetes(Checkout.Platform);
        Assert.Equal(node.Product, await BuildAsync(Checkout.Platform, NoPrograms), BuiltProductComparer.Instance);
    }

    /// <summary>Kubernetes cross-compiled, the base's packages configured under qemu-user, and in the node's own stage nothing run at
    /// all.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task A_node_image_for_arm64_made_on_amd64_is_the_recorded_one()
    {
        await ProgramRun.OutputAsync([
            .. Checkout.NodeForge(
                "fetch",
                Checkout.NodeRecipe,
                "--lock",
                Checkout.NodeLock,
                "--cache",
                Checkout.Cache,
                "--platform",
                "linux/arm64"
            ),
        ]);
        cache.TakeOverFetched("linux/arm64");
        BuiltProduct first = await BuildAsync("linux/arm64", null);
        (string imageId, string[] layers) = Recorded("linux/arm64");
        Assert.Equal(layers, first.DiffIds);
        Assert.Equal(imageId, first.ImageId);

        foreach (string action in Directory.EnumerateFiles(Path.Combine(cache.Folder, "actions")).Where(IsOfTheNodeStage))
            File.Delete(action);
        Assert.Equal(first, await BuildAsync("linux/arm64", NoPrograms), BuiltProductComparer.Instance);
    }

    private static bool IsOfTheNodeStage(string action)
    {
        using JsonDocument? outputs = CacheOfItsOwn.OutputsOf(action);
        return outputs
                ?.RootElement.EnumerateArray()
                .Any(static output => CacheOfItsOwn.IsConfiguredRootfs(output) || CacheOfItsOwn.IsCompiledKubernetes(output)) != true;
    }

    private static (string ImageId, string[] Layers) Recorded(string platform)
    {
        using JsonDocument locked = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(Checkout.NodeRecipe, ".lock.json")));
        JsonElement top = locked
            .RootElement.GetProperty("parts")
            .EnumerateArray()
            .First(part =>
                part.GetProperty("recipe").GetString() == Path.GetFileName(Checkout.NodeRecipe)
                && part.GetProperty("platform").GetString() == platform
            );
        return (
            top.GetProperty("output").GetString()!,
            [.. top.GetProperty("layers").EnumerateArray().Select(static layer => layer.GetString()!)]
        );
    }

    private async Task<BuiltProduct> BuildAsync(string platform, IReadOnlyDictionary<string, string?>? variables)
    {
        ProgramRun run = await ProgramRun.TryAsync(
            Checkout.NodeForge(
                "build",
                "node-image",
                Checkout.NodeRecipe,
                "--lock",
                Checkout.NodeLock,
                "--cache",
                cache.Folder,
                "--offline",
                "--platform",
                platform,
                "-o",
                "json"
            ),
            variables
        );
        return BuiltProduct.Read(run.Succeeded().Output);
    }
}

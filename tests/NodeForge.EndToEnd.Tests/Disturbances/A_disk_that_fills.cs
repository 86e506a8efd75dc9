using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Disturbances;

/// <summary>ENOSPC in each step that writes: it is told as what it is, nothing half-written stays, and with room the result is that of a
/// disk which never filled.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class A_disk_that_fills : IDisposable
{
    private const int EnvironmentExit = 5;
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-full-").FullName;

    public A_disk_that_fills()
    {
        byte[] bytes = new byte[40 << 20];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(Path.Combine(folder, "large"), bytes);
        File.WriteAllText(
            Recipe,
            """
            apiVersion: nodeforge.dev/v1alpha1
            kind: ContainerImage
            name: large
            platforms: [linux/amd64]
            tags: ["example.com/large:1"]
            files: [{path: /large, source: large}]
            """
        );
    }

    private string Recipe => Path.Combine(folder, "large.yaml");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task While_packages_are_configured_below_a_path_with_a_blank()
    {
        using BaseBuild build = await BaseBuild.PrepareAsync("nodeforge full-");
        await using SmallDisk scratch = await SmallDisk.MountAsync(build.Scratch, 160);
        ProgramRun failed = (await build.RunAsync()).Returned(EnvironmentExit);
        Assert.Contains("NF9003", failed.Error, StringComparison.Ordinal);
        Assert.Equal([], Directory.EnumerateFileSystemEntries(build.Scratch));
        Assert.Equal([], Directory.EnumerateFiles(build.Actions).Where(static file => Path.GetExtension(file).Length == 0));

        await scratch.GrowAsync(2048);
        Assert.Equal((await build.UndisturbedAsync()).ImageId, BuiltProduct.Read((await build.RunAsync()).Succeeded().Output).ImageId);
    }

    [Fact]
    public async Task While_a_layer_is_written()
    {
        string cache = Path.Combine(folder, "cache");
        await using SmallDisk disk = await SmallDisk.MountAsync(cache, 64);
        (await LockAsync(cache)).Succeeded();
        ProgramRun failed = (await BuildAsync(cache)).Returned(EnvironmentExit);
        Assert.Contains("NF9003", failed.Error, StringComparison.Ordinal);
        Assert.Equal(["large"], BlobsOf(cache));

        await disk.GrowAsync(256);
        Assert.Equal(await UndisturbedAsync(), BuiltProduct.Read((await BuildAsync(cache)).Succeeded().Output).ImageId);
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task While_an_image_is_exported(string transport)
    {
        string cache = Path.Combine(folder, "cache"),
            target = Path.Combine(folder, "target");
        (await LockAsync(cache)).Succeeded();
        await using SmallDisk disk = await SmallDisk.MountAsync(target, 20);
        string output = $"{transport}:{target}/image";
        ProgramRun failed = (await BuildAsync(cache, "--output", output)).Returned(EnvironmentExit);
        Assert.Contains("NF9003", failed.Error, StringComparison.Ordinal);
        Assert.Equal([], Directory.EnumerateFileSystemEntries(target));

        await disk.GrowAsync(256);
        string image = BuiltProduct.Read((await BuildAsync(cache, "--output", output)).Succeeded().Output).ImageId;
        Assert.Equal(await UndisturbedAsync(), image);
        Assert.Contains(
            image,
            (await ProgramRun.TryAsync(Checkout.NodeForge("inspect", output))).Succeeded().Output,
            StringComparison.Ordinal
        );
    }

    private async Task<string> UndisturbedAsync() =>
        BuiltProduct.Read((await BuildAsync(Path.Combine(folder, "roomy"))).Succeeded().Output).ImageId;

    private Task<ProgramRun> LockAsync(string cache) => ProgramRun.TryAsync(Checkout.NodeForge("lock", Recipe, "--cache", cache));

    private Task<ProgramRun> BuildAsync(string cache, params string[] more) =>
        ProgramRun.TryAsync(Checkout.NodeForge(["build", "container-image", Recipe, "--cache", cache, "-o", "json", .. more]));

    // The one file that was taken in before the layer; temporary ones begin with a dot.
    private static string[] BlobsOf(string cache) =>
        [
            .. Directory
                .EnumerateFileSystemEntries(Path.Combine(cache, "blobs/sha256"))
                .Select(static file => new FileInfo(file).Length == 40 << 20 ? "large" : file),
        ];
}

using System.Security.Cryptography;
using NodeForge.Bundles.Reading;
using NodeForge.TestSupport.Registry;

namespace NodeForge.MSBuild.Tests;

/// <summary>Bundles of a real project: packed, packed no second time, verified, pushed and cleaned.</summary>
public sealed class PackingBundlesFromAProject(PackedFeed feed) : IClassFixture<PackedFeed>
{
    private const string Image = """<NodeForgeRecipe Include="one.yaml" Platforms="linux/amd64" Tag="registry.test/one:1" />""";
    private const string Packed = "site -> ";
    private const string Same = "was made from the same";

    [Fact]
    public async Task A_bundle_has_the_projects_images_and_files_is_verified_and_pushed_and_is_not_packed_again_for_nothing()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using ImageProject project = new(
            feed,
            Image + $"""<NodeForgeBundle Include="site" File="readme.txt" PushTo="docker://{registry.Host}/" />"""
        );
        project.Write("readme.txt", "hello\n");
        string bundle = project.PathOf("bin/nodeforge/site.nfb");

        DotnetRun first = await project.RunAsync("NodeForgeLock;NodeForgeVerify;NodeForgePush");
        Assert.True(first.Succeeded, first.Output);
        Assert.Equal(1, Count(first, Packed + bundle));
        Assert.Contains("site.nfb is sound", first.Output, StringComparison.Ordinal);
        Assert.True(registry.Manifest("one", "1") is not null, first.Output);
        BundleFile written = BundleFile.Open(bundle);
        Assert.Equal(["registry.test/one:1"], Assert.Single(written.Index.Images).Names);
        Assert.Equal("readme.txt", Assert.Single(written.Index.Items).Name);

        File.SetLastWriteTimeUtc(project.PathOf("readme.txt"), DateTime.UtcNow.AddMinutes(-5));
        DotnetRun second = await project.RunAsync("NodeForgeBundle");
        Assert.Equal((0, 1), (Count(second, Packed), Count(second, "site.nfb " + Same)));

        project.Write("readme.txt", "hello again\n");
        Assert.Equal(1, Count(await project.RunAsync("NodeForgeBundle"), Packed));
        project.Write("tree/etc/motd", "another\n");
        Assert.Equal(1, Count(await project.RunAsync("NodeForgeLock;NodeForgeBundle"), Packed));

        await File.WriteAllTextAsync(bundle, "something else");
        DotnetRun mended = await project.RunAsync("NodeForgeVerify");
        Assert.Equal((1, 1), (Count(mended, Packed), Count(mended, "site.nfb is sound")));
    }

    [Fact]
    public async Task Clean_removes_every_volume_and_nothing_beside_them()
    {
        using ImageProject project = new(feed, Image + """<NodeForgeBundle Include="site" File="large.bin" VolumeSize="16MiB" />""");
        await File.WriteAllBytesAsync(project.PathOf("large.bin"), RandomNumberGenerator.GetBytes(20 << 20));
        DotnetRun run = await project.RunAsync("NodeForgeLock;NodeForgeVerify");
        Assert.True(run.Succeeded, run.Output);
        Assert.Equal(2, Directory.GetFiles(project.PathOf("bin/nodeforge"), "site.nfb.*").Length);
        project.Write("bin/nodeforge/site.nfb.notes", "mine");
        project.Items(Image);
        Assert.True((await project.RunAsync("NodeForgeClean")).Succeeded);
        Assert.Equal(
            ["site.nfb.notes"],
            Directory.EnumerateFileSystemEntries(project.PathOf("bin/nodeforge")).Select(path => Path.GetFileName(path))
        );
    }

    [Fact]
    public async Task An_item_that_cannot_be_packed_is_told_with_what_is_wanted_and_those_of_all_items_at_once()
    {
        using ImageProject project = new(
            feed,
            Image
                + """
                <NodeForgeBundle Include="a" Recipes="two" />
                <NodeForgeBundle Include="b" Level="20" />
                <NodeForgeBundle Include="c" VolumeSize="small" />
                <NodeForgeBundle Include="d" Image="docker://registry.test/x:1" />
                <NodeForgeBundle Include="e" Destination="bin/x.nfb" />
                <NodeForgeBundle Include="f" Destination="bin/x.nfb" />
                """
        );
        await project.RunAsync("NodeForgeLock");
        DotnetRun run = await project.RunAsync("NodeForgeBundle", "-p:NodeForgeOffline=true");
        Assert.False(run.Succeeded);
        foreach (
            string told in (string[])
                [
                    "error NF9202: a bundle wants an image that the project does not make",
                    "error NF9202: the level is none of zstd's",
                    "error NF6411: this is no number of bytes",
                    "error NF9202: a bundle wants an image that is not on this disk, and this build opens no connection",
                    "error NF9201: two bundles would be written to one place",
                ]
        )
            Assert.True(run.Output.Contains(told, StringComparison.Ordinal), told + "\n" + run.Output);
    }

    private static int Count(DotnetRun run, string text) =>
        run.Output.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));
}

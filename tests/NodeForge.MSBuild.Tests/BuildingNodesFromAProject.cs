using System.Text;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Golden;
using NodeForge.TestSupport.Registry;
using NodeForge.TestSupport.Upstream;

namespace NodeForge.MSBuild.Tests;

/// <summary>What comes before and after an image in a real project: images handed in, warnings, verification, pushing.</summary>
public sealed class BuildingNodesFromAProject(PackedFeed feed) : IClassFixture<PackedFeed>
{
    private const string Made = "one -> ";

    private const string Node = """
        apiVersion: nodeforge.dev/v1alpha1
        kind: NodeImage
        name: node
        platforms: [linux/amd64]
        base: {image: "oci:base"}
        kubernetes: {version: "v1.20.2", tarball: server.tar.gz}
        images: [{kubeadm: false}]

        """;

    [Fact]
    public async Task An_archive_that_is_handed_in_is_preloaded_and_another_one_needs_no_new_lock()
    {
        using ImageProject project = new(
            feed,
            """
            <NodeForgeRecipe Include="one.yaml" Platforms="linux/amd64" Format="oci" Destination="base" />
            <NodeForgeRecipe Include="shop.yaml" Format="docker-archive" Destination="shop.tar" />
            """
        );
        project.Write("shop.yaml", Shop("1"));
        await project.LockAndBuildAsync();
        project.Write("node.yaml", Node);
        await File.WriteAllBytesAsync(project.PathOf("server.tar.gz"), ServerRelease.Tarball("v1.20.2"));
        project.Items("""<NodeForgeRecipe Include="node.yaml" AllowOpenClosure="true" /><NodeForgePreload Include="shop.tar" />""");
        await project.LockAndBuildAsync();
        Image first = await NodeAsync(project);
        Assert.Contains("shop-latest", Encoding.UTF8.GetString(first.RawConfig.Bytes.Span), StringComparison.Ordinal);

        project.Items("""<NodeForgeRecipe Include="shop.yaml" Format="docker-archive" Destination="shop.tar" />""");
        project.Write("shop.yaml", Shop("2"));
        await project.LockAndBuildAsync();
        project.Items("""<NodeForgeRecipe Include="node.yaml" AllowOpenClosure="true" /><NodeForgePreload Include="shop.tar" />""");
        DotnetRun again = await project.BuildAsync();
        Assert.True(again.Succeeded, again.Output);
        Assert.NotEqual(first.Id, (await NodeAsync(project)).Id);
    }

    [Fact]
    public async Task The_container_of_the_project_itself_is_preloaded_without_an_engine_or_a_registry_of_its_own()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        PushRuntime(registry);
        using ImageProject project = new(
            feed,
            """<NodeForgeRecipe Include="one.yaml" Platforms="linux/amd64" Format="oci" Destination="base" />""",
            $"<OutputType>Exe</OutputType><UseAppHost>false</UseAppHost><ContainerBaseImage>{registry.Host.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}/runtime:1</ContainerBaseImage><ContainerRepository>shop</ContainerRepository><ContainerImageTag>7</ContainerImageTag>"
        );
        await project.LockAndBuildAsync();
        project.Write("node.yaml", Node);
        project.Write("Program.cs", "return 0;");
        await File.WriteAllBytesAsync(project.PathOf("server.tar.gz"), ServerRelease.Tarball("v1.20.2"));
        project.Items("""<NodeForgeRecipe Include="node.yaml" AllowOpenClosure="true" /><Compile Include="Program.cs" />""");
        DotnetRun run = await project.RunAsync("NodeForgeLock;NodeForgeBuildImages", "-p:NodeForgePreloadContainer=true");
        Assert.True(run.Succeeded, run.Output);
        Assert.Contains("shop-7", Encoding.UTF8.GetString((await NodeAsync(project)).RawConfig.Bytes.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_cannot_be_handed_to_a_recipe_that_preloads_none()
    {
        using ImageProject project = new(feed, """<NodeForgeRecipe Include="one.yaml" Platforms="linux/amd64" Preload="base.tar" />""");
        await project.RunAsync("NodeForgeLock");
        Assert.Contains("error NF9203: ", (await project.BuildAsync()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_is_told_again_by_a_build_that_builds_nothing_and_counts_as_an_error_where_warnings_do()
    {
        using ImageProject project = new(feed);
        await project.LockAndBuildAsync();
        Spoil(project);
        DotnetRun warned = await project.BuildAsync("-p:NodeForgeCompression=gzip");
        Assert.True(warned.Succeeded, warned.Output);
        Assert.Contains(": warning NF", warned.Output, StringComparison.Ordinal);
        DotnetRun second = await project.BuildAsync("-p:NodeForgeCompression=gzip");
        Assert.Contains(": warning NF", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Made, second.Output, StringComparison.Ordinal);

        DotnetRun refused = await project.BuildAsync("-p:NodeForgeCompression=gzip", "-warnaserror");
        Assert.False(refused.Succeeded);
        Assert.Contains(": error NF", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_verified_with_a_page_beside_it_and_pushed_where_the_item_says()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using ImageProject project = new(
            feed,
            $"""<NodeForgeRecipe Include="one.yaml" Platforms="all" PushTo="docker://{registry.Host}/one:1" />"""
        );
        await project.RunAsync("NodeForgeLock");
        DotnetRun run = await project.RunAsync("NodeForgeVerify;NodeForgePush");
        Assert.True(run.Succeeded, run.Output);
        string archive = project.PathOf("bin/nodeforge/one-all.oci.tar");
        Assert.Contains("<html", await File.ReadAllTextAsync(archive + ".verify.html"), StringComparison.Ordinal);
        OciArchive written = OciArchive.Open(archive, CancellationToken.None);
        Descriptor root = Assert.Single(
            await written.RootsAsync(await written.FindAsync(null, CancellationToken.None), CancellationToken.None)
        );
        Assert.Equal(root.Digest, Digest.Of(registry.Manifest("one", "1")!));
        Assert.Contains($"@{root.Digest}", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_of_a_release_locks_verifies_and_pushes()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using ImageProject project = new(feed);
        string sample = Path.Combine(project.Root, "release");
        Directory.CreateDirectory(Path.Combine(sample, "recipes"));
        foreach (string file in (string[])["release.proj", "recipes/hello.yaml"])
            File.Copy(Path.Combine(GoldenFile.Repository, "build/samples/release", file), Path.Combine(sample, file));
        string[] own = ["-p:NodeForgePackageVersion=0.0.1-test", "-p:RestoreSources=" + Path.GetDirectoryName(feed.Package)];
        DotnetRun locked = await DotnetRun.FinishAsync(project.Begin(sample, ["release.proj", "-restore", "-t:Update", .. own]));
        Assert.True(locked.Succeeded, locked.Output);
        DotnetRun dry = await DotnetRun.FinishAsync(project.Begin(sample, ["release.proj", .. own]));
        Assert.True(dry.Succeeded, dry.Output);
        Assert.Null(registry.Manifest("team/hello", "v1"));
        DotnetRun released = await DotnetRun.FinishAsync(
            project.Begin(sample, ["release.proj", $"-p:Registry={registry.Host}/team", "-p:Tag=v1", .. own])
        );
        Assert.True(released.Succeeded, released.Output);
        Assert.NotNull(registry.Manifest("team/hello", "v1"));
        Assert.True(File.Exists(Path.Combine(sample, "out/hello-all.oci.tar.verify.html")));
    }

    private static async Task<Image> NodeAsync(ImageProject project)
    {
        OciArchive archive = OciArchive.Open(project.PathOf("bin/nodeforge/node.oci.tar"), CancellationToken.None);
        return Assert.Single(await archive.OpenAllAsync(await archive.FindAsync(null, CancellationToken.None), CancellationToken.None));
    }

    // A bit of everything in the cache: what a build uses of it is made again, with a warning.
    private static void Spoil(ImageProject project)
    {
        foreach (string blob in Directory.GetFiles(Path.Combine(project.Cache, "blobs/sha256")))
        {
            byte[] bytes = File.ReadAllBytes(blob);
            bytes[^1] ^= 1;
            File.Delete(blob);
            File.WriteAllBytes(blob, bytes);
        }
    }

    private static string Shop(string text) =>
        $$"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: ContainerImage
            name: shop
            platforms: [linux/amd64]
            tags: ["registry.test/shop:1"]
            files: [{path: /etc/shop, content: "{{text}}"}]

            """;

    // The SDK wants a base to say how it is run.
    private static void PushRuntime(InMemoryRegistry registry)
    {
        byte[] layer = SmallImage.Of("runtime", Platform.LinuxAmd64).Layer;
        byte[] config = Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["{{{Digest.Of(layer)}}}"]}}"""
        );
        registry.AddBlob("runtime", layer);
        registry.AddBlob("runtime", config);
        Manifest manifest = new()
        {
            Config = new(MediaTypes.Config, Digest.Of(config), config.Length),
            Layers = [new(MediaTypes.Layer, Digest.Of(layer), layer.Length)],
        };
        registry.AddManifest("runtime", "1", OciJson.Write(manifest), MediaTypes.Manifest);
    }
}

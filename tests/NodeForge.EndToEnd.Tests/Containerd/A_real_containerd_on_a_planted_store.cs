using NodeForge.Containerd.Bolt;
using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;

namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>Debian's containerd packages, 1.6, 1.7 and 2.x, run on a store that we wrote.</summary>
[Trait("Category", "EndToEnd")]
public sealed class A_real_containerd_on_a_planted_store : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-containerd-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("bookworm", "1.6.", MetadataVersion.Containerd1)]
    [InlineData("bookworm", "1.6.", MetadataVersion.Containerd2)]
    [InlineData("trixie", "1.7.", MetadataVersion.Containerd1)]
    [InlineData("trixie", "1.7.", MetadataVersion.Containerd2)]
    [InlineData("sid", "2.", MetadataVersion.Containerd1)]
    [InlineData("sid", "2.", MetadataVersion.Containerd2)]
    public async Task Finds_every_image_whole_loses_none_and_goes_on_writing(string suite, string version, MetadataVersion schema)
    {
        string binaries = await BinariesAsync(suite);
        PlantedRoot root = await PlantedRoot.PlantAsync(Path.Combine(folder, "root"), schema);
        await using (RunningContainerd containerd = await RunningContainerd.StartAsync(binaries, root.Path, folder, cri: false))
        {
            Assert.Contains(version, await containerd.CtrAsync("version"), StringComparison.Ordinal);
            await AssertAsPlantedAsync(containerd, root);
            await containerd.CollectGarbageAsync();
            await AssertAsPlantedAsync(containerd, root);
            await UnpackAsync(containerd, root);
            await AddManyAndRemoveAsync(containerd, root);
        }
        await using (RunningContainerd again = await RunningContainerd.StartAsync(binaries, root.Path, folder, cri: false))
        {
            await again.CollectGarbageAsync();
            Assert.Equal(root.Images.Count + 60, await CountCompleteAsync(again));
        }
    }

    [Theory]
    [InlineData("bookworm")]
    [InlineData("trixie")]
    [InlineData("sid")]
    public async Task Leaves_a_database_in_which_we_read_what_ctr_lists(string suite)
    {
        PlantedRoot root = await PlantedRoot.PlantAsync(Path.Combine(folder, "root"), MetadataVersion.Containerd1);
        string images,
            content;
        await using (
            RunningContainerd containerd = await RunningContainerd.StartAsync(await BinariesAsync(suite), root.Path, folder, cri: false)
        )
        {
            await UnpackAsync(containerd, root);
            await AddManyAndRemoveAsync(containerd, root);
            await containerd.CtrAsync("images", "label", root.Images[0].Name, "test.nodeforge/label=of-its-own");
            images = await containerd.CtrAsync("images", "ls");
            content = await containerd.CtrAsync("content", "ls");
        }
        string database = Path.Combine(root.Path, ContainerdPaths.Metadata);
        Assert.Empty(BoltCheck.Check(database));
        MetadataNamespace space = MetadataReader.Read(database).Namespaces.Single(static space => space.Name == "k8s.io");
        Assert.Equal(CtrTable.Images(images), CtrTable.Images(space.Images));
        Assert.Equal(CtrTable.Content(content), CtrTable.Content(space.Content));
        Assert.True(space.Images.Count > root.Images.Count);
    }

    [Theory]
    [InlineData("bookworm")]
    [InlineData("trixie")]
    [InlineData("sid")]
    public async Task Leaves_every_record_as_it_was_planted_when_the_CRI_starts_on_it(string suite)
    {
        PlantedRoot root = await PlantedRoot.PlantAsync(Path.Combine(folder, "root"), MetadataVersion.Containerd1);
        await using (
            RunningContainerd containerd = await RunningContainerd.StartAsync(await BinariesAsync(suite), root.Path, folder, cri: true)
        )
        {
            // The CRI says this once it has gone through all images.
            await WaitForLogAsync("Start event monitor");
            await containerd.CollectGarbageAsync();
            await AssertAsPlantedAsync(containerd, root);
        }
        MetadataNamespace space = MetadataReader
            .Read(Path.Combine(root.Path, ContainerdPaths.Metadata))
            .Namespaces.Single(static space => space.Name == "k8s.io");
        Assert.Equal(CtrTable.Images(root.Images), CtrTable.Images(space.Images));
        Assert.All(space.Images, static image => Assert.Equal((PlantedRoot.Epoch, PlantedRoot.Epoch), (image.CreatedAt, image.UpdatedAt)));
        Assert.Equal(CtrTable.Content(root.Store.Metadata.Namespaces[0].Content), CtrTable.Content(space.Content));
    }

    /// <summary>So the kubelet's image collector passes them over when a disk fills. 1.6 knows the label and does not tell the kubelet of
    /// it.</summary>
    [Theory]
    [InlineData("trixie")]
    [InlineData("sid")]
    public async Task Tells_the_kubelet_that_every_image_planted_so_is_pinned_from_1_7_on(string suite)
    {
        (IReadOnlyList<CriImage> images, PlantedRoot root) = await AskAsKubeletAsync(suite);
        Assert.Equal(Ids(root), images.Select(static image => image.Id).Order(StringComparer.Ordinal));
        Assert.Equal([PlantedRoot.Unpinned], images.Where(static image => !image.Pinned).SelectMany(static image => image.Tags));
    }

    [Fact]
    public async Task Tells_the_kubelet_of_every_image_and_in_1_6_of_no_pin()
    {
        (IReadOnlyList<CriImage> images, PlantedRoot root) = await AskAsKubeletAsync("bookworm");
        Assert.Equal(Ids(root), images.Select(static image => image.Id).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["docker.io/library/busybox:1.35", "registry.test/indexed:1", "registry.test/tools/busybox:1"], // one config, one image
            images.Single(static image => image.Tags.Contains("docker.io/library/busybox:1.35")).Tags.Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain(images, static image => image.Pinned);
    }

    private async Task<(IReadOnlyList<CriImage> Images, PlantedRoot Root)> AskAsKubeletAsync(string suite)
    {
        PlantedRoot root = await PlantedRoot.PlantAsync(Path.Combine(folder, "root"), MetadataVersion.Containerd1);
        await using RunningContainerd containerd = await RunningContainerd.StartAsync(
            await BinariesAsync(suite),
            root.Path,
            folder,
            cri: true
        );
        await WaitForLogAsync("Start event monitor");
        return (await containerd.ListImagesAsync(), root);
    }

    private static string[] Ids(PlantedRoot root) =>
        [
            .. root
                .Images.Select(static image => image.Name)
                .Where(static name => name.StartsWith("sha256:", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    private static async Task<string> BinariesAsync(string suite) =>
        Path.Combine(await DebianPackages.UnpackAsync(suite, "containerd"), "usr/bin");

    private static async Task AssertAsPlantedAsync(RunningContainerd containerd, PlantedRoot root)
    {
        Assert.Equal(CtrTable.Images(root.Images), CtrTable.Images(await containerd.CtrAsync("images", "ls")));
        Assert.Equal(
            CtrTable.Content(root.Store.Metadata.Namespaces[0].Content),
            CtrTable.Content(await containerd.CtrAsync("content", "ls"))
        );
        Assert.Equal(root.Images.Count, await CountCompleteAsync(containerd));
        Assert.Equal(
            root.Store.Snapshots.Select(static snapshot => snapshot.ChainId.ToString()),
            (await containerd.CtrAsync("snapshots", "--snapshotter", "overlayfs", "ls"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..]
                .Select(static line => line.Split(' ')[0])
        );
        Assert.All(root.Store.Snapshots, snapshot => Assert.True(File.Exists(Path.Combine(root.Path, snapshot.Path, "fs/bin/busybox"))));
        Assert.All(root.Store.Content, file => Assert.True(File.Exists(Path.Combine(root.Path, file.Path)), file.Path));
    }

    private static async Task<int> CountCompleteAsync(RunningContainerd containerd)
    {
        Dictionary<string, string> all = CtrTable.Checked(await containerd.CtrAsync("images", "check"));
        Assert.All(all, static image => Assert.Equal("complete", image.Value));
        return all.Count;
    }

    // The native snapshotter copies: it works where the folder of the test lies on an overlay itself. ctr 1.6 takes its default, overlayfs,
    // all the same.
    private static async Task UnpackAsync(RunningContainerd containerd, PlantedRoot root)
    {
        foreach (string name in new[] { "docker.io/library/busybox:1.35", "registry.test/layered:1" })
            await containerd.CtrAsync(
                "snapshots",
                "--snapshotter",
                "native",
                "unpack",
                root.Images.Single(image => image.Name == name).Target.Digest.ToString()
            );
        Digest config = root.Store.Content[0].Digest;
        await containerd.CtrAsync("content", "get", config.ToString());
    }

    private static async Task AddManyAndRemoveAsync(RunningContainerd containerd, PlantedRoot root)
    {
        const string Source = "docker.io/library/busybox:1.35";
        for (int i = 0; i < 60; i++)
            await containerd.CtrAsync("images", "tag", Source, $"registry.test/added/with-a-name-of-some-length-{i}:1");
        Digest digest = root.Images.Single(static image => image.Name == Source).Target.Digest;
        await containerd.CtrAsync("images", "tag", Source, "registry.test/removed:1");
        await containerd.CtrAsync("images", "rm", "--sync", "registry.test/removed:1");
        await containerd.CtrAsync("content", "get", digest.ToString());
        Assert.Equal(root.Images.Count + 60, await CountCompleteAsync(containerd));
    }

    private async Task WaitForLogAsync(string text)
    {
        string log = Path.Combine(folder, "containerd.log");
        for (int tries = 0; tries < 200; tries++)
        {
            if ((await File.ReadAllTextAsync(log)).Contains(text, StringComparison.Ordinal))
                return;
            await Task.Delay(100);
        }
        Assert.Fail($"containerd never said '{text}': {await File.ReadAllTextAsync(log)}");
    }
}

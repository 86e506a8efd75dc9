using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Exporting;
using NodeForge.Images.Fetching;
using NodeForge.Images.Tests.Assembly;
using NodeForge.Images.Verification;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;

namespace NodeForge.Images.Tests.Exporting;

public sealed class ExportingImages
{
    [Theory]
    [InlineData("oci", "none")]
    [InlineData("oci", "gzip")]
    [InlineData("oci", "zstd")]
    [InlineData("oci-archive", "zstd")]
    [InlineData("docker-archive", "none")]
    [InlineData("docker-archive", "gzip")]
    public async Task An_image_keeps_its_id_whatever_it_is_written_as(string transport, string compression)
    {
        using AssemblyRoom room = new();
        Image image = Image(room, "one", Platform.LinuxAmd64);
        await WriteAsync(room, [$"{transport}:{room["out"]}"], compression, image);
        InspectedImage read = Assert.Single(await InspectAsync($"{transport}:{room["out"]}"));
        Assert.Equal(image.Id, read.ImageId);
        Assert.Equal(["example.com/app:1"], read.References);
        Assert.Equal(image.Layers.Select(layer => layer.DiffId), read.Layers.Select(layer => layer.DiffId));
        Assert.False(Directory.Exists(room["cache/scratch"]));
    }

    [Fact]
    public async Task Several_platforms_go_under_one_index()
    {
        using AssemblyRoom room = new();
        Image amd64 = Image(room, "one", Platform.LinuxAmd64);
        Image arm64 = Image(room, "two", Platform.LinuxArm64);
        await WriteAsync(room, [$"oci:{room["out"]}"], "none", amd64, arm64);
        IReadOnlyList<InspectedImage> read = await InspectAsync($"oci:{room["out"]}");
        Assert.Equal([amd64.Id, arm64.Id], read.Select(image => image.ImageId));
        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxArm64], read.Select(image => image.Platform));
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task An_output_that_fails_half_way_leaves_nothing(string transport)
    {
        using AssemblyRoom room = new();
        Image image = Image(room, "one", Platform.LinuxAmd64);
        File.Delete(room.Store.PathOf(image.Layers[0].Descriptor.Digest));
        Directory.CreateDirectory(room["target"]);
        await Assert.ThrowsAsync<NodeForgeException>(() => WriteAsync(room, [$"{transport}:{room["target/out"]}"], "none", image));
        Assert.Empty(Directory.EnumerateFileSystemEntries(room["target"]));
    }

    [Fact]
    public async Task A_cancelled_compression_leaves_nothing()
    {
        using AssemblyRoom room = new();
        Image image = Image(room, "one", Platform.LinuxAmd64);
        ImageOutputs outputs = ImageOutputs.Parse([$"oci:{room["out"]}"], "example.com/app:1", "gzip", offline: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            outputs.WriteAsync(
                [image],
                room.Environment,
                TransportHost.Files,
                new FetchOptions(),
                TimeProvider.System,
                new CancellationToken(canceled: true)
            )
        );
        Assert.False(Directory.Exists(room["out"]));
        Assert.Empty(Directory.EnumerateFiles(room["cache/blobs/sha256"], ".*"));
    }

    [Theory]
    [InlineData("docker://example.com/a:1", true, "--offline")]
    [InlineData("docker://example.com/a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", false, "tag")]
    public void What_cannot_be_pushed_is_refused_before_any_work(string output, bool offline, string says)
    {
        Diagnostic problem = AssemblyRoom.Fails(() => ImageOutputs.Parse(["oci:x", output], "a", "none", offline));
        Assert.Equal((ErrorCodes.OutputNotSupported, "NF5190"), (problem.Code, problem.Code.Id));
        Assert.Contains(says, problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Zstd_in_a_docker_archive_is_refused_before_any_work()
    {
        Assert.Equal(
            ErrorCodes.LayerNotLoadable,
            AssemblyRoom.Fails(() => ImageOutputs.Parse(["docker-archive:a.tar"], "a", "zstd", offline: true)).Code
        );
    }

    [Fact]
    public async Task A_link_in_a_tarballs_place_or_beside_it_is_never_written_through()
    {
        using AssemblyRoom room = new();
        string victim = room.Write("victim", "untouched");
        File.CreateSymbolicLink(room["out.tar"], victim);
        File.CreateSymbolicLink(room[$"out.tar.{Environment.ProcessId}.part"], victim);

        await TarballOutput.WriteAsync(
            new(MediaTypes.Layer, room.Store.Write("tarball"u8), 7),
            room["out.tar"],
            room.Environment,
            CancellationToken.None
        );

        Assert.Equal(("untouched", "tarball"), (await File.ReadAllTextAsync(victim), await File.ReadAllTextAsync(room["out.tar"])));
        Assert.Null(new FileInfo(room["out.tar"]).LinkTarget);
        Assert.Empty(Directory.EnumerateFiles(room.Folder, ".out.tar*"));
    }

    [Theory]
    [InlineData("server.tar")]
    [InlineData("server.tar.gz")]
    [InlineData("server.tar.zst")]
    public async Task A_server_tarball_is_compressed_as_its_name_says(string name)
    {
        using AssemblyRoom room = new();
        byte[] tar = AssemblyRoom.Tar(AssemblyRoom.File_("a", "b"));
        await TarballOutput.WriteAsync(
            new(MediaTypes.Layer, room.Store.Write(tar), tar.Length),
            room[name],
            room.Environment,
            CancellationToken.None
        );
        using Stream plain = Decompression.Open(File.OpenRead(room[name]), name);
        using MemoryStream read = new();
        plain.CopyTo(read);
        Assert.Equal(tar, read.ToArray());
        Assert.Empty(Directory.EnumerateFiles(room.Folder, "*.part"));
    }

    private static async Task<IReadOnlyList<InspectedImage>> InspectAsync(string place)
    {
        ImageTransport transport = ImageTransport.Parse(place);
        return await ImageInspector.InspectAsync(
            await transport.OpenAsync(TransportHost.Files, CancellationToken.None),
            transport.Name,
            CancellationToken.None
        );
    }

    private static Task WriteAsync(AssemblyRoom room, string[] outputs, string compression, params Image[] images) =>
        ImageOutputs
            .Parse(outputs, "example.com/app:1", compression, offline: true)
            .WriteAsync(images, room.Environment, TransportHost.Files, new FetchOptions(), TimeProvider.System, CancellationToken.None);

    private static Image Image(AssemblyRoom room, string text, Platform platform)
    {
        LayerBlob layer = LayerWriter.WriteToStore([AssemblyRoom.File_("hello", text)], room.Store, LayerEncoding.None, AssemblyRoom.Epoch);
        ContainerImageRecipe recipe = new()
        {
            File = "/r/app.yaml",
            Name = "app",
            Platforms = [platform],
            Tags = ["example.com/app:1"],
            Contents = new ImageContents(),
        };
        Images.Planning.ContainerImagePlan plan = new()
        {
            Name = "app",
            Platform = platform,
            Epoch = AssemblyRoom.Epoch,
            Digest = Digest.Of("plan"u8),
            Recipe = recipe,
            Part = new() { Recipe = "app.yaml", Platform = platform.ToString() },
        };
        return ImageWriter.Write(plan, [layer.Titled("app", room.Store)], recipe.Contents, null, room.Store);
    }
}

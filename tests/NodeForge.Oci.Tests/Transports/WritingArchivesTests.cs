using NodeForge.Oci.Transports;

namespace NodeForge.Oci.Tests.Transports;

public sealed class WritingArchivesTests : ImageFolder
{
    [Fact]
    public async Task An_oci_archive_carries_every_platform_there_and_back()
    {
        OciArchive.Write(Path("x.tar"), ImagesOf(BothPlatforms(), Name), default);
        IImageSource source = Open($"oci-archive:{Path("x.tar")}");
        Assert.Equal(
            Arm.Descriptor.Digest,
            (await TakeAsync(source, EmptyStore(), Platform.LinuxArm64, Name.ToString())).Descriptor.Digest
        );
        Assert.Equal(Amd.Descriptor.Digest, (await TakeAsync(source, EmptyStore(), Platform.LinuxAmd64)).Descriptor.Digest);
    }

    [Fact]
    public async Task A_docker_archive_gives_back_the_manifest_that_it_was_made_from()
    {
        DockerArchiveWriter.Write(Path("x.tar"), ImagesOf(BothPlatforms(), Name), Platform.LinuxArm64, default);
        IImageSource source = Open($"docker-archive:{Path("x.tar")}");
        Image taken = await TakeAsync(source, EmptyStore(), Platform.LinuxArm64, Name.ToString());
        Assert.Equal(Arm.Descriptor.Digest, taken.Descriptor.Digest);
        Assert.Equal(
            Arm.Descriptor.Digest,
            (await TakeAsync(ImageArchives.Open(Path("x.tar"), default), EmptyStore("b"), Platform.LinuxArm64)).Descriptor.Digest
        );
    }

    [Fact]
    public void The_same_images_give_the_same_bytes()
    {
        foreach (string kind in new[] { "oci", "docker" })
        {
            byte[][] runs = [.. Enumerable.Range(0, 2).Select(_ => Bytes(kind))];
            Assert.Equal(runs[0], runs[1]);
        }
    }

    [Fact]
    public async Task Two_images_of_one_tag_live_in_one_docker_archive_under_their_full_names()
    {
        ImageReference other = ImageReference.Parse("other:v1");
        SmallImageInStore second = new(Store);
        DockerArchiveWriter.Write(
            Path("x.tar"),
            [.. ImagesOf(Amd.Descriptor, Name), .. ImagesOf(second.Descriptor, other)],
            Platform.LinuxAmd64,
            default
        );
        IImageSource source = Open($"docker-archive:{Path("x.tar")}:{other}");
        Assert.Equal(second.Descriptor.Digest, (await TakeAsync(source, EmptyStore(), Platform.LinuxAmd64, "other:v1")).Descriptor.Digest);
        Diagnostic several = await FailsAsync(ErrorCodes.ImageNotFound, () => TakeAsync(source, EmptyStore(), Platform.LinuxAmd64));
        Assert.Equal("docker.io/library/other:v1 r.example/a/b:v1", several.Got);
    }

    [Fact]
    public async Task A_layer_that_docker_cannot_load_is_refused_before_anything_is_written()
    {
        Descriptor zstd = new(MediaTypes.LayerZstd, Digest.Of(Amd.Layer), Amd.Layer.Length);
        byte[] manifest = OciJson.Write(
            new Manifest { Config = new(MediaTypes.Config, Digest.Of(Amd.Config), Amd.Config.Length), Layers = [zstd] }
        );
        IReadOnlyList<Image> image = ImagesOf(new(MediaTypes.Manifest, Store.Write(manifest), manifest.Length), Name);
        await FailsAsync(
            ErrorCodes.LayerNotLoadable,
            () => Task.Run(() => DockerArchiveWriter.Write(Path("x.tar"), image, Platform.LinuxAmd64, default))
        );
        Assert.False(File.Exists(Path("x.tar")));
    }

    [Fact]
    public async Task A_platform_that_the_image_does_not_have_is_named_with_those_that_it_has()
    {
        Diagnostic missing = await FailsAsync(
            ErrorCodes.PlatformMissing,
            () =>
                Task.Run(() =>
                    DockerArchiveWriter.Write(Path("x.tar"), ImagesOf(BothPlatforms(), Name), Platform.Parse("linux/s390x"), default)
                )
        );
        Assert.Equal("linux/amd64 linux/arm64", missing.Got);
    }

    [Fact]
    public void A_write_that_is_stopped_leaves_the_old_file_and_no_other()
    {
        File.WriteAllText(Path("x.tar"), "old");
        using CancellationTokenSource stopped = new();
        stopped.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => OciArchive.Write(Path("x.tar"), ImagesOf(Amd.Descriptor, Name), stopped.Token));
        Assert.Equal("old", File.ReadAllText(Path("x.tar")));
        Assert.Equal(["store", "x.tar"], Directory.EnumerateFileSystemEntries(Folder).Select(System.IO.Path.GetFileName).Order());
    }

    private byte[] Bytes(string kind)
    {
        using MemoryStream bytes = new();
        if (kind == "oci")
            OciArchive.Write(bytes, ImagesOf(BothPlatforms(), Name), default);
        else
            DockerArchiveWriter.Write(bytes, ImagesOf(BothPlatforms(), Name), Platform.LinuxAmd64, default);
        return bytes.ToArray();
    }

    private sealed class SmallImageInStore
    {
        public SmallImageInStore(BlobStore store)
        {
            NodeForge.TestSupport.Registry.SmallImage image = NodeForge.TestSupport.Registry.SmallImage.Of("second", Platform.LinuxAmd64);
            foreach (byte[] blob in image.Blobs)
                store.Write(blob);
            Descriptor = image.Descriptor;
        }

        public Descriptor Descriptor { get; }
    }
}

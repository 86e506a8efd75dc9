using NodeForge.Oci.Transports;

namespace NodeForge.Oci.Tests.Transports;

public sealed class WritingALayoutTests : ImageFolder
{
    [Fact]
    public async Task A_layout_that_is_written_reads_back_with_names_and_platforms()
    {
        await OciLayout.WriteAsync(Path("out"), ImagesOf(BothPlatforms(), Name), default);
        IImageSource source = Open("oci:" + Path("out"));
        ImageEntry image = Assert.Single(List(source));
        Assert.Equal(Name, Assert.Single(image.References));
        Assert.Equal("v1", image.Tag);
        foreach ((Platform platform, byte[] manifest) in new[] { (Platform.LinuxAmd64, Amd.Manifest), (Platform.LinuxArm64, Arm.Manifest) })
        {
            Image taken = await TakeAsync(source, EmptyStore(), platform, "v1");
            Assert.Equal(Digest.Of(manifest), taken.Descriptor.Digest);
            Assert.Equal(BothPlatforms().Digest, taken.Root.Digest);
            Assert.Equal(taken.Config.RootFs.DiffIds, taken.Layers.Select(layer => layer.DiffId));
        }
    }

    [Fact]
    public async Task A_new_folder_appears_whole_and_leaves_nothing_beside_it()
    {
        await OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, Name), default);
        Assert.Equal(["out", "store"], Directory.EnumerateFileSystemEntries(Folder).Select(System.IO.Path.GetFileName).Order());
        Assert.Equal(
            ["blobs", "index.json", "oci-layout"],
            Directory.EnumerateFileSystemEntries(Path("out")).Select(System.IO.Path.GetFileName).Order()
        );
        Assert.Equal(
            """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"DIGEST","size":SIZE,"platform":{"architecture":"amd64","os":"linux"},"annotations":{"io.containerd.image.name":"r.example/a/b:v1","org.opencontainers.image.ref.name":"v1"}}]}"""
                .Replace("DIGEST", Amd.Descriptor.Digest.ToString(), StringComparison.Ordinal)
                .Replace("SIZE", $"{Amd.Manifest.Length}", StringComparison.Ordinal),
            File.ReadAllText(Path("out/index.json"))
        );
    }

    [Fact]
    public async Task What_a_killed_writer_left_goes_with_the_next_one_and_what_somebody_writes_or_called_so_stays()
    {
        string[] folders =
        [
            ".out.7-abcdefgh.abc.part",
            ".out.8-abcdefgh.abc.part",
            ".out.9-abcdefgh.abc.part",
            ".other.7-abcdefgh.abc.part",
        ];
        foreach (string folder in folders)
            Directory.CreateDirectory(Path(folder + "/blobs/sha256"));
        foreach (string folder in folders.Where(folder => folder != folders[2]))
            File.WriteAllText(Path(folder + "/.lock"), "");
        using (FileStream living = new(Path(folders[1] + "/.lock"), FileMode.Open, FileAccess.Write, FileShare.None))
            await OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, Name), default);
        Assert.Equal(
            folders[1..].Order(StringComparer.Ordinal),
            Directory.EnumerateDirectories(Folder, ".*").Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task An_image_that_is_not_whole_leaves_no_folder()
    {
        File.Delete(Store.PathOf(Digest.Of(Amd.Layer)));
        Diagnostic missing = await FailsAsync(
            ErrorCodes.ImageBlobMissing,
            () => OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, Name), default)
        );
        Assert.Contains(Digest.Of(Amd.Layer).ToString(), missing.ToString(), StringComparison.Ordinal);
        Assert.Contains(Name.ToString(), missing.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path("out")));
    }

    [Fact]
    public async Task A_second_image_extends_the_layout_and_rewrites_nothing_that_is_there()
    {
        OciLayout first = await OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, Name), default);
        DateTime written = File.GetLastWriteTimeUtc(first.Blobs.PathOf(Amd.Descriptor.Digest));
        await OciLayout.WriteAsync(
            Path("out"),
            [.. ImagesOf(Arm.Descriptor, ImageReference.Parse("r.example/other:v2")), .. ImagesOf(Amd.Descriptor, Name)],
            default
        );
        Assert.Equal(written, File.GetLastWriteTimeUtc(first.Blobs.PathOf(Amd.Descriptor.Digest)));
        Assert.Equal(["v1", "v2"], List(Open("oci:" + Path("out"))).Select(image => image.Tag).Order());
    }

    [Fact]
    public async Task Writing_again_changes_no_byte()
    {
        await OciLayout.WriteAsync(Path("out"), ImagesOf(BothPlatforms(), Name), default);
        byte[] index = File.ReadAllBytes(Path("out/index.json"));
        await OciLayout.WriteAsync(Path("out"), ImagesOf(BothPlatforms(), Name), default);
        Assert.Equal(index, File.ReadAllBytes(Path("out/index.json")));
    }

    [Fact]
    public async Task A_name_that_is_written_again_moves_to_the_new_image()
    {
        await OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, Name), default);
        await OciLayout.WriteAsync(Path("out"), ImagesOf(Arm.Descriptor, Name), default);
        Assert.Equal(Arm.Descriptor.Digest, Assert.Single(OciLayout.Open(Path("out")).Index.Manifests).Digest);
    }

    [Fact]
    public async Task One_tag_for_two_images_is_refused_and_nothing_is_written()
    {
        IReadOnlyList<Image> other = ImagesOf(Arm.Descriptor, ImageReference.Parse("r.example/other:v1"));
        await FailsAsync(
            ErrorCodes.ImageNameCollision,
            () => OciLayout.WriteAsync(Path("out"), [.. ImagesOf(Amd.Descriptor, Name), .. other], default)
        );
        Assert.False(Directory.Exists(Path("out")));
        await OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, Name), default);
        await FailsAsync(ErrorCodes.ImageNameCollision, () => OciLayout.WriteAsync(Path("out"), other, default));
        Assert.False(File.Exists(Path("out/blobs/sha256/" + Arm.Descriptor.Digest.Hex)));
    }

    [Fact]
    public async Task A_folder_of_other_things_is_left_alone_and_an_empty_one_is_taken()
    {
        Directory.CreateDirectory(Path("full"));
        File.WriteAllText(Path("full/mine"), "");
        Diagnostic inUse = await FailsAsync(
            ErrorCodes.OutputInUse,
            () => OciLayout.WriteAsync(Path("full"), ImagesOf(Amd.Descriptor, Name), default)
        );
        Assert.Equal("mine", inUse.Got);
        Directory.CreateDirectory(Path("empty"));
        await OciLayout.WriteAsync(Path("empty/"), ImagesOf(Amd.Descriptor, Name), default);
        Assert.True(File.Exists(Path("empty/oci-layout")));
    }

    [Fact]
    public async Task Many_writers_of_one_layout_lose_none_of_the_names()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i => Task.Run(() => OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, null, $"tag{i}"), default)))
        );
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"tag{i}"), List(Open("oci:" + Path("out"))).Select(image => image.Tag).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_blob_of_a_layout_that_is_there_is_written_anew(bool elsewhere)
    {
        // Of another file system nothing can be linked.
        string folder = elsewhere
            ? Directory
                .CreateTempSubdirectory("nf-elsewhere-")
                .FullName.Replace(System.IO.Path.GetTempPath(), "/dev/shm/", StringComparison.Ordinal)
            : Path("out");
        try
        {
            OciLayout layout = await OciLayout.WriteAsync(folder, ImagesOf(Amd.Descriptor, Name), default);
            foreach (byte[] blob in Amd.Blobs)
            {
                string file = layout.Blobs.PathOf(Digest.Of(blob));
                File.Delete(file);
                File.WriteAllBytes(file, [.. blob[..^1], (byte)(blob[^1] ^ 1)]);
            }

            await OciLayout.WriteAsync(folder, ImagesOf(Amd.Descriptor, Name), default);
            Assert.All(Amd.Blobs, blob => Assert.Equal(blob, File.ReadAllBytes(layout.Blobs.PathOf(Digest.Of(blob)))));
        }
        finally
        {
            if (elsewhere && Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_damaged_blob_of_a_cache_is_in_no_layout()
    {
        BlobStore cache = new(Path("store")) { Cache = new() };
        string layer = Store.PathOf(Digest.Of(Amd.Layer));
        File.SetUnixFileMode(layer, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(layer, [.. Amd.Layer[..^1], (byte)(Amd.Layer[^1] ^ 1)]);
        await FailsAsync(
            ErrorCodes.CachedContentDamaged,
            () => OciLayout.WriteAsync(Path("out"), StoredImages.Of(cache, Amd.Descriptor, Name), default)
        );
        Assert.False(Directory.Exists(Path("out")));
        Assert.False(Store.Contains(Digest.Of(Amd.Layer)));
    }

    [Fact]
    public async Task Blobs_are_linked_where_the_file_system_allows_it()
    {
        OciLayout layout = await OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, Name), default);
        // Bytes written through the one name show under the other: it is one file.
        string kept = Store.PathOf(Digest.Of(Amd.Layer));
        File.SetUnixFileMode(kept, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.AppendAllText(kept, "x");
        Assert.Equal(Amd.Layer.Length + 1, layout.Blobs.SizeOf(Digest.Of(Amd.Layer)));
    }
}

using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;

namespace NodeForge.Bundles.Tests;

public sealed class WritingBundles : BundleRoom
{
    [Fact]
    public async Task An_image_comes_out_as_it_went_in()
    {
        Image image = ImageOf("r.example/a:1", Text(1, 10_000_000), Noise(2, 5000));
        await WriteAsync(In("site.nfb"), image);
        BundleFile bundle = BundleFile.Open(In("site.nfb"));
        Image read = await bundle.FindAsync("r.example/a:1", Platform.LinuxAmd64, CancellationToken.None);
        Assert.Equal((image.Id, image.Descriptor.Digest), (read.Id, read.Descriptor.Digest));
        foreach (Layer layer in image.Layers)
            Assert.Equal(Store.ReadAllBytes(layer.Descriptor.Digest, int.MaxValue), await ReadAsync(bundle, layer.Descriptor.Digest));
        Assert.True((await VerifyAsync(In("site.nfb"))).IsSound);
    }

    [Fact]
    public async Task What_compresses_is_compressed_and_what_is_compressed_lies_as_it_is()
    {
        Image text = ImageOf("r.example/a:1", Text(1, 1_000_000));
        Assert.True((await WriteAsync(In("text.nfb"), text)).Size < 400_000);
        byte[] packed = Text(2, 100_000); // whatever it says of itself: by its media type it is compressed
        await WriteAsync(In("packed.nfb"), ImageOf("r.example/b:1", Platform.LinuxAmd64, MediaTypes.LayerGzip, packed));
        Assert.True(File.ReadAllBytes(In("packed.nfb")).AsSpan().IndexOf(packed) > 0);
    }

    [Fact]
    public async Task The_smallest_bundle_has_what_is_repeated_far_behind_once()
    {
        byte[] part = Noise(1, 100_000);
        Image image = ImageOf("r.example/a:1", [.. part, .. new byte[10 << 20], .. part]);
        Assert.InRange((await WriteAsync(In("hard.nfb"), new() { Level = 19 }, [], image)).Size, 200_000, 300_000);
        Assert.InRange((await WriteAsync(In("site.nfb"), BundleOptions.Smallest, [], image)).Size, 100_000, 110_000);
        Digest layer = image.Layers[0].Descriptor.Digest;
        Assert.Equal(Store.ReadAllBytes(layer, int.MaxValue), await ReadAsync(BundleFile.Open(In("site.nfb")), layer));
        Assert.True((await VerifyAsync(In("site.nfb"))).IsSound);
    }

    [Fact]
    public async Task Ten_images_that_share_layers_take_the_bytes_of_the_distinct_ones()
    {
        byte[][] shared = [Noise(1, 4_000_000), Noise(2, 3_000_000)];
        Image[] images = [.. Enumerable.Range(0, 10).Select(i => ImageOf($"r.example/i{i}:1", [.. shared, Noise(10 + i, 500_000)]))];
        WrittenBundle written = await WriteAsync(In("site.nfb"), images);
        Assert.True(written.Size < written.PlainSize * 1.005, $"{written.Size} bytes for {written.PlainSize}");
        Assert.InRange(written.PlainSize, 12_000_000, 12_020_000);
    }

    [Fact]
    public async Task The_same_images_give_the_same_bytes_in_whatever_order_they_are_named()
    {
        Image[] images = [ImageOf("r.example/a:1", Text(1, 500_000)), ImageOf("r.example/b:1", Text(2, 700_000), Text(1, 500_000))];
        File.WriteAllText(In("notes.txt"), "notes");
        FileToBundle notes = new(In("notes.txt"), BundledItem.File, "asked for");
        await WriteAsync(In("one.nfb"), Small(), [notes], images);
        await WriteAsync(In("two.nfb"), Small(), [notes], images[1], images[0]);
        Assert.Equal(File.ReadAllBytes(In("one.nfb")), File.ReadAllBytes(In("two.nfb")));
    }

    [Fact]
    public async Task Files_come_out_with_their_bytes_and_the_right_to_run()
    {
        File.WriteAllBytes(In("kubectl"), Text(1, 20_000));
        File.SetUnixFileMode(In("kubectl"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(In("empty"), "");
        File.WriteAllText(In("site.yaml"), "kind: Cluster\n");
        FileToBundle[] files =
        [
            new(In("kubectl"), BundledItem.File, "x"),
            new(In("empty"), BundledItem.File, "x"),
            new(In("site.yaml"), BundledItem.ClusterFile, "x"),
        ];
        await WriteAsync(In("site.nfb"), Small(), files, ImageOf("r.example/a:1", Text(2, 100)));
        BundleFile bundle = BundleFile.Open(In("site.nfb"));
        foreach (BundledItem item in bundle.Index.Items)
        {
            string target = bundle.Extract(item, In("out"));
            Assert.Equal(File.ReadAllBytes(In(item.Name)), File.ReadAllBytes(target));
            Assert.Equal(item.Name == "kubectl", File.GetUnixFileMode(target).HasFlag(UnixFileMode.UserExecute));
        }

        Assert.Equal(
            ["cluster-file site.yaml", "file empty", "file kubectl"],
            bundle.Index.Items.Select(item => $"{item.Kind} {item.Name}")
        );
        Assert.True((await VerifyAsync(In("site.nfb"))).IsSound);
    }

    [Fact]
    public async Task Volumes_are_no_larger_than_asked_and_a_blob_goes_on_in_the_next()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        Assert.Equal(["site.nfb.001", "site.nfb.002", "site.nfb.003", "site.nfb.004", "site.nfb.005"], files.Select(Path.GetFileName));
        Assert.All(files, file => Assert.True(new FileInfo(file).Length <= 8192));
        foreach (string name in (string[])["site.nfb", "site.nfb.001", "site.nfb.004"])
        {
            BundleFile bundle = BundleFile.Open(In(name));
            foreach (BundledBlob blob in bundle.Index.Blobs)
                Assert.Equal(blob.Digest, Digest.Of(await ReadAsync(bundle, blob.Digest)));
        }
    }

    [Fact]
    public async Task A_bundle_with_fewer_volumes_leaves_none_of_the_one_before()
    {
        await VolumesAsync();
        File.WriteAllText(In("site.nfb.099"), "somebody's own");
        await WriteAsync(In("site.nfb"), Small(8192), [], ImageOf("r.example/a:1", Noise(1, 3000)));
        Assert.Equal(["site.nfb.001", "site.nfb.099"], Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Order());
        Assert.True((await VerifyAsync(In("site.nfb"))).IsSound);
    }

    [Fact]
    public async Task Volumes_that_hold_no_record_are_refused()
    {
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() =>
            WriteAsync(In("site.nfb"), Small(1024), [], ImageOf("r.example/a:1", Noise(1, 3000)))
        );
        Assert.Equal(ErrorCodes.BundleVolumeSize, refused.Diagnostics[0].Code);
        Assert.False(File.Exists(In("site.nfb.001")));
    }

    [Fact]
    public async Task A_source_that_fails_leaves_nothing_and_what_was_there_before()
    {
        File.WriteAllText(In("site.nfb"), "before");
        Image image = ImageOf("r.example/a:1", Noise(1, 3_000_000));
        Layer broken = image.Layers[0] with { Store = null, OpenRawAsync = _ => new(new MemoryStream(Noise(1, 3_000_000)[..2_999_999])) };
        await Assert.ThrowsAsync<NodeForgeException>(() => WriteAsync(In("site.nfb"), Small(), [], image with { Layers = [broken] }));
        Assert.Equal("before", File.ReadAllText(In("site.nfb")));
        Assert.Single(Directory.EnumerateFiles(Folder));
    }

    [Fact]
    public void Nothing_and_one_name_for_two_things_are_refused()
    {
        Image one = ImageOf("r.example/a:1", Noise(1, 100));
        Image other = ImageOf("r.example/a:1", Noise(2, 100));
        Directory.CreateDirectory(In("b"));
        File.WriteAllText(In("x"), "1");
        File.WriteAllText(In("b/x"), "2");
        FileToBundle[] files = [new(In("x"), BundledItem.File, ""), new(In("b/x"), BundledItem.File, "")];
        FileToBundle[] clusters = [new(In("x"), BundledItem.ClusterFile, ""), new(In("store"), BundledItem.ClusterFile, "")];
        Assert.Equal(ErrorCodes.BundleContentRefused, Fails(() => BundlePlan.Create([], [])));
        Assert.Equal(ErrorCodes.ImageNameCollision, Fails(() => BundlePlan.Create([Alone(one), Alone(other)], [])));
        Assert.Equal(ErrorCodes.BundleContentRefused, Fails(() => BundlePlan.Create([Alone(one)], files)));
        Assert.Equal(ErrorCodes.PathNotUsable, Fails(() => BundlePlan.Create([Alone(one)], clusters)));
    }

    [Fact]
    public async Task A_file_that_changes_between_listing_and_writing_is_told()
    {
        File.WriteAllText(In("notes"), "12345");
        BundlePlan plan = BundlePlan.Create([Alone(ImageOf("r.example/a:1", Noise(1, 100)))], [new(In("notes"), BundledItem.File, "")]);
        File.WriteAllText(In("notes"), "12346");
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() =>
            BundleWriter.WriteAsync(plan, In("site.nfb"), new(), SilentReporter.Instance, CancellationToken.None)
        );
        Assert.Equal(ErrorCodes.DigestMismatch, failed.Diagnostics[0].Code);
    }

    [Fact]
    public async Task Platforms_of_one_image_stand_under_its_index()
    {
        Image amd = ImageOf("r.example/a:1", Platform.LinuxAmd64, MediaTypes.Layer, Noise(1, 100));
        Image arm = ImageOf("r.example/a:1", Platform.LinuxArm64, MediaTypes.Layer, Noise(2, 100));
        byte[] index = OciJson.Write(
            new ImageIndex
            {
                Manifests = [amd.Descriptor with { Platform = amd.Platform }, arm.Descriptor with { Platform = arm.Platform }],
            }
        );
        IReadOnlyList<Image> both = StoredImages.Of(
            Store,
            Store.Write(MediaTypes.Index, index).Descriptor,
            ImageReference.Parse("r.example/a:1")
        );
        await new BundleTarget(In("site.nfb")).WriteAsync(both, CancellationToken.None);
        BundleFile bundle = BundleFile.Open(In("site.nfb"));
        Assert.Equal(["linux/amd64", "linux/arm64"], Assert.Single(bundle.Index.Images).Platforms.Select(platform => platform.Platform));
        Assert.Equal(arm.Id, (await bundle.FindAsync("r.example/a:1", Platform.LinuxArm64, CancellationToken.None)).Id);
        Assert.Equal(Digest.Of(index), (await bundle.FindAsync(null, Platform.LinuxAmd64, CancellationToken.None)).Root.Digest);
    }

    private static ErrorCode Fails(Action action) => Assert.Throws<NodeForgeException>(action).Diagnostics[0].Code;
}

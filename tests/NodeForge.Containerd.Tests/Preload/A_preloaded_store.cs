using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;

namespace NodeForge.Containerd.Tests.Preload;

public sealed class A_preloaded_store
{
    private static readonly PreloadOptions Options = new(
        Platform.LinuxAmd64,
        DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        MetadataVersion.Containerd1
    );

    [Fact]
    public void Names_an_image_by_its_tag_its_config_and_its_digest_all_with_the_same_target_and_labels()
    {
        SampleImage image = new("busybox:1.35");
        MetadataNamespace space = Space(image.Build());
        Assert.Equal(
            [
                $"docker.io/library/busybox:1.35",
                $"docker.io/library/busybox@{image.ManifestDescriptor.Digest}",
                image.ConfigDescriptor.Digest.ToString(),
            ],
            space.Images.Select(static record => record.Name)
        );
        Assert.All(
            space.Images,
            record =>
            {
                Assert.Equal(image.ManifestDescriptor, record.Target);
                Assert.Equal(["io.cri-containerd.image=managed", "io.cri-containerd.pinned=pinned"], Text(record.Labels));
                Assert.Equal((Options.Epoch, Options.Epoch), (record.CreatedAt, record.UpdatedAt));
            }
        );
    }

    [Fact]
    public void Does_not_pin_an_image_that_is_not_to_be_pinned() =>
        Assert.All(
            Space(new SampleImage("a").Build() with { Pinned = false }).Images,
            static record => Assert.Equal(["io.cri-containerd.image=managed"], Text(record.Labels))
        );

    [Fact]
    public void Keeps_config_and_layers_by_labels_of_the_manifest_and_tells_each_layers_diff_ID()
    {
        SampleImage image = new("a") { LayerContents = ["one", "two"] };
        MetadataNamespace space = Space(image.Build());
        Assert.Equal(
            [
                $"containerd.io/gc.ref.content.config={image.ConfigDescriptor.Digest}",
                $"containerd.io/gc.ref.content.l.0={image.LayerDescriptors[0].Digest}",
                $"containerd.io/gc.ref.content.l.1={image.LayerDescriptors[1].Digest}",
            ],
            Text(Record(space, image.ManifestDescriptor.Digest).Labels)
        );
        Assert.Equal(
            [$"containerd.io/uncompressed={SampleImage.DiffId("two")}"],
            Text(Record(space, image.LayerDescriptors[1].Digest).Labels)
        );
        Assert.Empty(Record(space, image.ConfigDescriptor.Digest).Labels);
    }

    [Fact]
    public void Has_one_snapshot_for_all_layers_of_an_unpacked_image_and_keeps_it_by_a_label_of_the_config()
    {
        SampleImage image = new("a") { LayerContents = ["one", "two"] },
            packed = new("b") { LayerContents = ["three"] };
        PreloadedStore store = PreloadedStore.Build([packed.Build(), image.Build() with { Unpacked = new(8192, 2) }], Options);
        string chain = ChainId.Of([SampleImage.DiffId("one"), SampleImage.DiffId("two")]).ToString();
        MetadataNamespace space = store.Metadata.Namespaces[0];
        SnapshotRecord snapshot = Assert.Single(Assert.Single(space.Snapshotters).Snapshots);
        Assert.Equal((chain, $"k8s.io/1/{chain}", null), (snapshot.Key, snapshot.Name, snapshot.Parent));
        Assert.Equal([$"containerd.io/gc.ref.snapshot.overlayfs={chain}"], Text(Record(space, image.ConfigDescriptor.Digest).Labels));
        Assert.Empty(Record(space, packed.ConfigDescriptor.Digest).Labels);
        SnapshotFolder folder = Assert.Single(store.Snapshots);
        Assert.Equal(
            ("io.containerd.snapshotter.v1.overlayfs/snapshots/1", chain, new SnapshotUsage(8192, 2)),
            (folder.Path, folder.ChainId.ToString(), folder.Record.Usage)
        );
    }

    [Fact]
    public void Has_one_snapshot_for_two_images_of_the_same_layers()
    {
        PreloadedImage image = new SampleImage("a").Build() with { Unpacked = new(0, 1) };
        Assert.Single(PreloadedStore.Build([image, image with { References = ["b"] }], Options).Snapshots);
    }

    [Fact]
    public void Points_the_names_at_the_index_and_labels_all_its_children_though_only_one_is_there()
    {
        SampleImage image = new("a");
        Descriptor other = new SampleImage("a") { Platform = Platform.LinuxArm64 }.ManifestDescriptor with
        {
            Platform = Platform.LinuxArm64,
        };
        Descriptor signature = new("application/vnd.test", Digest.Of([9]), 9) { Platform = new Platform("unknown", "unknown") };
        PreloadedImage preloaded = image.BelowIndex(other, signature, image.ManifestDescriptor with { Platform = Platform.LinuxAmd64 });
        MetadataNamespace space = Space(preloaded);
        Assert.All(space.Images, record => Assert.Equal(preloaded.Index!.Digest, record.Target.Digest));
        Assert.Equal(
            [
                $"containerd.io/gc.ref.content.0={signature.Digest}",
                $"containerd.io/gc.ref.content.m.0={other.Digest}",
                $"containerd.io/gc.ref.content.m.1={image.ManifestDescriptor.Digest}",
            ],
            Text(Record(space, preloaded.Index!.Digest).Labels)
        );
        Assert.DoesNotContain(space.Content, record => record.Digest == other.Digest);
    }

    [Fact]
    public void Tells_where_content_came_from_one_label_a_registry()
    {
        PreloadedImage one = new SampleImage("registry.test/b:1") { LayerContents = ["shared", "one"] }.Build() with
        {
            Sources = ["registry.test/b", "other.test/x/y"],
        };
        PreloadedImage two = new SampleImage("registry.test/a:1") { LayerContents = ["shared", "two"] }.Build() with
        {
            Sources = ["registry.test/a"],
        };
        ContentRecord shared = Record(
            Space(one, two),
            new SampleImage("a") { LayerContents = ["shared"] }
                .LayerDescriptors[0]
                .Digest
        );
        Assert.Equal(
            [
                "containerd.io/distribution.source.other.test=x/y",
                "containerd.io/distribution.source.registry.test=a,b",
                $"containerd.io/uncompressed={SampleImage.DiffId("shared")}",
            ],
            Text(shared.Labels)
        );
    }

    [Fact]
    public void Lists_each_blob_once_with_its_place_and_the_first_image_that_needs_it()
    {
        PreloadedStore store = PreloadedStore.Build(
            [
                new SampleImage("b:1") { LayerContents = ["shared"] }.Build(),
                new SampleImage("a:1") { LayerContents = ["shared", "own"] }.Build(),
            ],
            Options
        );
        Assert.Equal(6, store.Content.Count);
        ContentFile shared = store.Content.Single(static file => file.Size == "shared".Length);
        Assert.Equal($"io.containerd.content.v1.content/blobs/sha256/{shared.Digest.Hex}", shared.Path);
        Assert.Equal("b:1", shared.Image);
        Assert.Equal("a:1", store.Content.Single(static file => file.Size == "own".Length).Image);
        Assert.Equal("444", Convert.ToString(ContentFile.Mode, 8));
        Assert.Equal("644", Convert.ToString(PreloadedStore.MetadataMode, 8));
        Assert.Equal(["700", "755", "755", "755", "711"], PreloadedStore.Folders.Select(static folder => Convert.ToString(folder.Mode, 8)));
    }

    [Fact]
    public void Is_the_same_bytes_whatever_the_order_of_its_images_and_no_longer_the_same_when_the_epoch_differs()
    {
        PreloadedImage[] images =
        [
            new SampleImage("b:1").Build(),
            new SampleImage("a:1") { LayerContents = ["x"] }.Build(),
            new SampleImage("a:2") { LayerContents = ["y"] }.Build(),
        ];
        byte[] bytes = PreloadedStore.Build(images, Options).MetadataBytes();
        Assert.Equal(bytes, PreloadedStore.Build([.. images.Reverse()], Options).MetadataBytes());
        Assert.NotEqual(bytes, PreloadedStore.Build(images, Options with { Epoch = Options.Epoch.AddSeconds(1) }).MetadataBytes());
        Assert.Equal(3 * 3, MetadataReader.Read(new MemoryStream(bytes), "meta.db").Namespaces[0].Images.Count);
    }

    [Fact]
    public void Gives_the_bytes_that_every_machine_gives()
    {
        byte[] bytes = PreloadedStore.Build([new SampleImage("registry.test/a:1").Build()], Options).MetadataBytes();
        Assert.Equal("sha256:72b0654513cde92d401b2e78e154a5c9962b3c00d68f0a8074ea69d37fc67e5e", Digest.Of(bytes).ToString());
    }

    [Fact]
    public void Takes_two_images_with_the_same_config_and_lets_the_first_answer_to_the_image_ID()
    {
        SampleImage gzip = new("a:gzip"),
            zstd = new("a:zstd") { LayerType = MediaTypes.LayerZstd };
        MetadataNamespace space = Space(gzip.Build(), zstd.Build());
        Assert.Equal(
            gzip.ManifestDescriptor.Digest,
            space.Images.Single(record => record.Name == gzip.ConfigDescriptor.Digest.ToString()).Target.Digest
        );
    }

    [Fact]
    public void Keeps_the_digest_of_a_reference_that_has_tag_and_digest_as_the_CRI_does()
    {
        SampleImage image = new("registry.test/a:1");
        PreloadedImage preloaded = image.Build() with { References = [$"registry.test/a:1@{image.ManifestDescriptor.Digest}"] };
        Assert.DoesNotContain(Space(preloaded).Images, static record => record.Name.EndsWith(":1", StringComparison.Ordinal));
    }

    private static MetadataNamespace Space(params PreloadedImage[] images) =>
        PreloadedStore.Build(images, Options).Metadata.Namespaces.Single();

    private static ContentRecord Record(MetadataNamespace space, Digest digest) => space.Content.Single(record => record.Digest == digest);

    private static string[] Text(IReadOnlyDictionary<string, string> labels) =>
        [.. labels.Select(static label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal)];
}

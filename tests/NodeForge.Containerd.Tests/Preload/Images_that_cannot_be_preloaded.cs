using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;

namespace NodeForge.Containerd.Tests.Preload;

public sealed class Images_that_cannot_be_preloaded
{
    private static readonly PreloadOptions Options = new(Platform.LinuxAmd64, DateTimeOffset.UnixEpoch, MetadataVersion.Containerd1);
    private static readonly SampleImage Good = new("registry.test/good:1");

    [Theory]
    [InlineData("")]
    [InlineData("registry.test/Upper:1")]
    [InlineData("a:b:c")]
    [InlineData("a b")]
    [InlineData("registry.test/a:.tag")]
    [InlineData("registry.test//a")]
    [InlineData("a@sha256:short")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void A_name_that_the_CRI_would_refuse(string reference) => Refused("NF6131", Good.Build() with { References = [reference] });

    [Fact]
    public void An_image_without_a_name() => Refused("NF6131", Good.Build() with { References = [] });

    [Fact]
    public void Two_images_under_one_tag_both_named()
    {
        SampleImage other = new("registry.test/good:1") { LayerContents = ["other"] };
        Diagnostic problem = Refused("NF6132", Good.Build(), other.Build());
        Assert.Equal(other.ManifestDescriptor.Digest.ToString(), problem.Got);
        Assert.Equal(Good.ManifestDescriptor.Digest.ToString(), problem.Want);
    }

    [Fact]
    public void Two_images_under_one_tag_written_in_two_ways() =>
        Refused(
            "NF6132",
            new SampleImage("busybox").Build(),
            (new SampleImage("docker.io/library/busybox:latest") { LayerContents = ["other"] }).Build()
        );

    [Fact]
    public void A_manifest_that_is_not_the_one_of_its_descriptor() =>
        Refused("NF6133", Good.Build() with { ManifestBytes = Good.Manifest.AsMemory(1) }, Good.ManifestDescriptor.Digest);

    [Fact]
    public void A_manifest_whose_size_is_not_the_one_of_its_descriptor() =>
        Refused("NF6133", Good.Build() with { Manifest = Good.ManifestDescriptor with { Size = 1 } }, Good.ManifestDescriptor.Digest);

    [Fact]
    public void A_config_that_is_not_the_one_that_the_manifest_names() =>
        Refused(
            "NF6133",
            Good.Build() with
            {
                ConfigBytes = new SampleImage("x") { LayerContents = ["x"] }.Config,
            },
            Good.ConfigDescriptor.Digest
        );

    [Fact]
    public void A_config_with_fewer_diff_IDs_than_layers()
    {
        SampleImage image = new("a") { LayerContents = ["1", "2"], DiffIds = 1 };
        Refused("NF6133", image.Build(), image.ConfigDescriptor.Digest);
    }

    [Fact]
    public void A_name_with_the_digest_of_another_image() =>
        Refused("NF6133", Good.Build() with { References = [$"registry.test/good@{Digest.Of([1])}"] }, Good.ManifestDescriptor.Digest);

    [Fact]
    public void A_layer_that_has_another_size_in_another_image()
    {
        SampleImage image = new("registry.test/b:1") { LayerContents = ["layer"] };
        byte[] manifest = OciJson.Write(
            new Manifest { Config = image.ConfigDescriptor, Layers = [image.LayerDescriptors[0] with { Size = 99 }] }
        );
        PreloadedImage contradicting = image.Build() with
        {
            Manifest = SampleImage.Describe(MediaTypes.Manifest, manifest),
            ManifestBytes = manifest,
        };
        Refused("NF6133", [Good.Build(), contradicting], image.LayerDescriptors[0].Digest);
    }

    [Fact]
    public void An_image_for_another_platform() => Refused("NF6134", (Good with { Platform = Platform.LinuxArm64 }).Build());

    [Fact]
    public void An_index_without_the_nodes_platform_telling_which_it_has()
    {
        Diagnostic problem = Refused("NF6134", Good.BelowIndex(Good.ManifestDescriptor with { Platform = Platform.LinuxArm64 }));
        Assert.Equal("linux/arm64", problem.Got);
    }

    [Fact]
    public void An_index_in_which_containerd_would_take_another_manifest()
    {
        Descriptor first = new SampleImage("x") { LayerContents = ["x"] }.ManifestDescriptor with { Platform = Platform.LinuxAmd64 };
        Refused("NF6133", Good.BelowIndex(first, Good.ManifestDescriptor with { Platform = Platform.LinuxAmd64 }));
    }

    [Fact]
    public void A_label_longer_than_containerd_takes() =>
        Refused(
            "NF6135",
            Good.Build() with
            {
                Sources = [.. Enumerable.Range(0, 100).Select(static i => $"registry.test/{new string('a', 60)}{i}")],
            }
        );

    [Fact]
    public void An_artifact_that_is_no_image() =>
        Refused("NF6136", (Good with { ConfigType = "application/vnd.oci.empty.v1+json" }).Build());

    [Fact]
    public void An_image_with_a_layer_that_containerd_cannot_unpack() =>
        Refused(
            "NF6136",
            (Good with { LayerType = "application/vnd.wasm.content.layer.v1+wasm" }).Build(),
            Good.LayerDescriptors[0].Digest
        );

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"config\":null,\"layers\":null}")]
    [InlineData("{\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"size\":1},\"layers\":[]}")]
    [InlineData(
        "{\"config\":{\"mediaType\":null,\"digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\",\"size\":1},\"layers\":[null]}"
    )]
    public void A_manifest_that_cannot_be_read(string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        Refused("NF6136", Good.Build() with { Manifest = SampleImage.Describe(MediaTypes.Manifest, bytes), ManifestBytes = bytes });
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":null}")]
    [InlineData("{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\"}}")]
    public void A_config_that_cannot_be_read(string text)
    {
        byte[] config = System.Text.Encoding.UTF8.GetBytes(text);
        byte[] manifest = OciJson.Write(new Manifest { Config = SampleImage.Describe(MediaTypes.Config, config), Layers = [] });
        Refused(
            "NF6136",
            Good.Build() with
            {
                Manifest = SampleImage.Describe(MediaTypes.Manifest, manifest),
                ManifestBytes = manifest,
                ConfigBytes = config,
            }
        );
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"manifests\":[null]}")]
    public void An_index_that_cannot_be_read(string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        Refused("NF6136", Good.Build() with { Index = SampleImage.Describe(MediaTypes.Index, bytes), IndexBytes = bytes });
    }

    // Go writes an empty list so.
    [Fact]
    public void An_index_of_nothing()
    {
        byte[] bytes = "{\"manifests\":null}"u8.ToArray();
        Refused("NF6134", Good.Build() with { Index = SampleImage.Describe(MediaTypes.Index, bytes), IndexBytes = bytes });
    }

    [Fact]
    public void Several_at_once_each_told()
    {
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() =>
            PreloadedStore.Build(
                [
                    new SampleImage("registry.test/UPPER:1").Build(),
                    Good.Build(),
                    (Good with { Reference = "registry.test/arm:1", Platform = Platform.LinuxArm64 }).Build(),
                ],
                Options
            )
        );
        Assert.Equal(["NF6131", "NF6134"], failure.Diagnostics.Select(static problem => problem.Code.Id));
        Assert.Equal(
            ["registry.test/UPPER:1", "registry.test/arm:1"],
            failure.Diagnostics.Select(static problem => problem.Where!.Resource)
        );
    }

    [Fact]
    public void An_image_with_a_blob_that_is_missing_or_cut()
    {
        PreloadedStore store = PreloadedStore.Build([Good.Build()], Options);
        store.RequireContent(digest => store.Content.Single(file => file.Digest == digest).Size);
        Digest layer = Good.LayerDescriptors[0].Digest;
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() => store.RequireContent(digest => digest == layer ? null : 1));
        Assert.All(
            failure.Diagnostics,
            static problem => Assert.Equal(("NF6137", Good.Reference), (problem.Code.Id, problem.Where!.Resource))
        );
        Assert.Contains(failure.Diagnostics, problem => problem.Where!.Detail == layer.ToString() && problem.Got == "nothing");
        Assert.Equal(3, failure.Diagnostics.Count);
    }

    private static Diagnostic Refused(string code, PreloadedImage image, Digest? blob = null) => Refused(code, [image], blob);

    private static Diagnostic Refused(string code, PreloadedImage first, PreloadedImage second) => Refused(code, [first, second], null);

    private static Diagnostic Refused(string code, PreloadedImage[] images, Digest? blob)
    {
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() => PreloadedStore.Build(images, Options));
        Diagnostic problem = Assert.Single(failure.Diagnostics);
        Assert.Equal(code, problem.Code.Id);
        if (blob is { } digest)
            Assert.Equal(digest.ToString(), problem.Where!.Detail);
        return problem;
    }
}

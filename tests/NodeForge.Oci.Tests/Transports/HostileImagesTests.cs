using System.Text;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Oci.Tests.Transports;

/// <summary>Layouts and archives that were damaged or made to harm: refused with image, blob and entry; no manifest reaches the
/// store.</summary>
public sealed class HostileImagesTests : ImageFolder
{
    private const string Marker = """{"imageLayoutVersion":"1.0.0"}""";

    [Fact]
    public Task A_blob_of_other_bytes() =>
        RefusedAsync(
            ErrorCodes.ImageBlobMismatch,
            layer: bytes =>
            {
                bytes[^1] ^= 1;
                return bytes;
            }
        );

    [Fact]
    public Task A_blob_that_is_short() => RefusedAsync(ErrorCodes.ImageBlobMismatch, layer: bytes => bytes[..^1]);

    [Fact]
    public Task A_blob_that_is_long() => RefusedAsync(ErrorCodes.ImageBlobMismatch, layer: bytes => [.. bytes, 0]);

    [Fact]
    public Task A_blob_that_is_missing() => RefusedAsync(ErrorCodes.ImageBlobMissing, layer: _ => null);

    [Fact]
    public Task A_config_that_is_missing() => RefusedAsync(ErrorCodes.ImageBlobMissing, config: _ => null);

    [Fact]
    public Task A_config_of_other_bytes() =>
        RefusedAsync(
            ErrorCodes.ImageBlobMismatch,
            config: bytes =>
            {
                bytes[^2] ^= 1;
                return bytes;
            }
        );

    [Fact]
    public Task A_manifest_of_other_bytes() =>
        RefusedAsync(
            ErrorCodes.ImageBlobMismatch,
            manifest: bytes =>
            {
                bytes[^2] ^= 1;
                return bytes;
            }
        );

    [Theory]
    [InlineData("\"layers\":", "\"manifests\":[],\"layers\":", "index at once")]
    [InlineData("\"layers\":", "\"Layers\":[],\"layers\":", "twice")]
    [InlineData("\"layers\":", "\"layers\":[],\"layers\":", "JSON")]
    [InlineData("sha256:", "sha256:../../../etc/passwd#", "specification")]
    [InlineData("sha256:", "SHA256:", "specification")]
    [InlineData("sha256:", "md5:", "specification")]
    [InlineData("\"schemaVersion\":2", "\"schemaVersion\":1", "schema version")]
    [InlineData("\"size\":", "\"size\":-", "negative")]
    [InlineData("\"size\":", "\"no\":", "specification")]
    [InlineData("\"layers\":[", "\"layers\":[null,", "null")]
    [InlineData("\"schemaVersion\":2", "\"\\ud800\":1,\"schemaVersion\":2", "JSON")]
    [InlineData("image.manifest.v1", "image.index.v1", "something else")]
    public async Task A_manifest_that_breaks_a_rule(string part, string instead, string rule)
    {
        byte[] manifest = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Amd.Manifest).Replace(part, instead, StringComparison.Ordinal));
        Diagnostic refused = await OfManifestAsync(ErrorCodes.InvalidImageDocument, manifest);
        Assert.Contains(rule, refused.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_of_ten_thousand_levels() =>
        await OfManifestAsync(
            ErrorCodes.InvalidImageDocument,
            Encoding.ASCII.GetBytes("{\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}")
        );

    [Fact]
    public async Task A_manifest_of_four_mebibytes_and_a_byte() =>
        await OfManifestAsync(ErrorCodes.InvalidImageDocument, Encoding.ASCII.GetBytes("{}" + new string(' ', ImageDocument.MaxBytes - 1)));

    [Fact]
    public async Task More_layers_than_diff_ids()
    {
        Descriptor layer = new(MediaTypes.Layer, Digest.Of(Amd.Layer), Amd.Layer.Length);
        await OfManifestAsync(
            ErrorCodes.DiffIdMismatch,
            OciJson.Write(
                new Manifest { Config = new(MediaTypes.Config, Digest.Of(Amd.Config), Amd.Config.Length), Layers = [layer, layer] }
            )
        );
    }

    [Fact]
    public async Task A_layer_that_unpacks_to_something_else_than_the_config_says()
    {
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = "amd64",
                Os = "linux",
                RootFs = new("layers", [Digest.Of("other"u8)]),
            }
        );
        byte[] layer = Gzip(Amd.Layer);
        byte[] manifest = OciJson.Write(
            new Manifest
            {
                Config = new(MediaTypes.Config, Digest.Of(config), config.Length),
                Layers = [new(MediaTypes.LayerGzip, Digest.Of(layer), layer.Length)],
            }
        );
        Diagnostic refused = await OfManifestAsync(ErrorCodes.DiffIdMismatch, manifest, config, layer);
        Assert.Equal(Digest.Of(Amd.Layer).ToString(), refused.Got);
    }

    [Fact]
    public async Task A_layer_of_another_media_type_than_its_bytes()
    {
        byte[] manifest = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(Amd.Manifest).Replace(MediaTypes.Layer, MediaTypes.LayerGzip, StringComparison.Ordinal)
        );
        await OfManifestAsync(ErrorCodes.LayerMediaTypeMismatch, manifest);
    }

    [Fact]
    public async Task A_gzip_layer_that_was_cut_when_it_was_made()
    {
        byte[] layer = Gzip(Amd.Layer)[..^8];
        byte[] manifest = OciJson.Write(
            new Manifest
            {
                Config = new(MediaTypes.Config, Digest.Of(Amd.Config), Amd.Config.Length),
                Layers = [new(MediaTypes.LayerGzip, Digest.Of(layer), layer.Length)],
            }
        );
        await OfManifestAsync(ErrorCodes.LayerUnreadable, manifest, layer: layer);
    }

    [Fact]
    public async Task An_image_without_our_platform()
    {
        string archive = LayoutArchive([Amd.Descriptor], [.. Amd.Blobs]);
        Diagnostic refused = await FailsAsync(
            ErrorCodes.PlatformMissing,
            () => TakeAsync(Open("oci-archive:" + archive), EmptyStore(), Platform.LinuxArm64)
        );
        Assert.Equal("linux/amd64", refused.Got);
    }

    [Fact]
    public async Task An_index_that_hides_the_platform_is_asked_by_its_configs()
    {
        string archive = LayoutArchive(
            [Index(out byte[] index, Amd.Descriptor with { Platform = null }, Arm.Descriptor with { Platform = null })],
            [index, .. Amd.Blobs, .. Arm.Blobs]
        );
        Assert.Equal(
            Arm.Descriptor.Digest,
            (await TakeAsync(Open("oci-archive:" + archive), EmptyStore(), Platform.LinuxArm64)).Descriptor.Digest
        );
    }

    [Fact]
    public async Task Indexes_of_indexes_without_end()
    {
        List<byte[]> blobs = [.. Amd.Blobs];
        Descriptor at = Amd.Descriptor;
        for (int i = 0; i < 1000; i++)
        {
            at = Index(out byte[] index, at with { Platform = null });
            blobs.Add(index);
        }

        string archive = LayoutArchive([at], [.. blobs]);
        await FailsAsync(
            ErrorCodes.InvalidImageDocument,
            () => TakeAsync(Open("oci-archive:" + archive), EmptyStore(), Platform.LinuxAmd64)
        );
    }

    [Fact]
    public async Task Indexes_that_name_each_other_a_thousand_times_are_read_for_so_many_documents()
    {
        List<byte[]> blobs = [.. Amd.Blobs];
        Descriptor at = Amd.Descriptor;
        for (int i = 0; i < 4; i++)
        {
            at = Index(out byte[] index, [.. Enumerable.Repeat(at with { Platform = null }, 100)]);
            blobs.Add(index);
        }

        string archive = LayoutArchive([at], [.. blobs]);
        Task refused = FailsAsync(
            ErrorCodes.InvalidImageDocument,
            () => TakeAsync(Open("oci-archive:" + archive), EmptyStore(), Platform.LinuxArm64)
        );
        await refused.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task An_image_whose_history_has_null_in_it()
    {
        byte[] config = Encoding.UTF8.GetBytes(
            $$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{Digest.Of(Amd.Layer)}}"]},"history":[null]}"""
        );
        byte[] manifest = OciJson.Write(
            new Manifest
            {
                Config = new(MediaTypes.Config, Digest.Of(config), config.Length),
                Layers = [new(MediaTypes.Layer, Digest.Of(Amd.Layer), Amd.Layer.Length)],
            }
        );
        await OfManifestAsync(ErrorCodes.InvalidImageDocument, manifest, config);
    }

    [Fact]
    public async Task A_docker_archive_of_an_image_without_layers_reads_what_Go_writes_for_none()
    {
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = "amd64",
                Os = "linux",
                RootFs = new("layers", []),
            }
        );
        IImageSource source = Open(
            "docker-archive:"
                + Archive(("manifest.json", """[{"Config":"config.json","RepoTags":["x:1"],"Layers":null}]"""), ("config.json", config))
        );
        Assert.Empty((await source.FindAsync(null, Platform.LinuxAmd64, CancellationToken.None)).Layers);
    }

    [Fact]
    public async Task One_name_for_two_images()
    {
        SortedDictionary<string, string> same = new() { ["org.opencontainers.image.ref.name"] = "v1" };
        string archive = LayoutArchive(
            [Amd.Descriptor with { Annotations = same, Platform = null }, Arm.Descriptor with { Annotations = same }],
            []
        );
        await FailsAsync(ErrorCodes.ImageNameCollision, () => Task.Run(() => Open("oci-archive:" + archive)));
    }

    [Theory]
    [InlineData("r.example/../x")]
    [InlineData("UPPER")]
    public async Task A_name_that_containerd_would_refuse(string name)
    {
        string archive = LayoutArchive([Amd.Descriptor with { Annotations = new() { ["io.containerd.image.name"] = name } }], []);
        await FailsAsync(ErrorCodes.InvalidImageReference, () => Task.Run(() => Open("oci-archive:" + archive)));
    }

    [Theory]
    [InlineData("""{"imageLayoutVersion":"9.9.9"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task A_folder_whose_marker_is_not_that_of_a_layout(string? marker)
    {
        await OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, Name), default);
        File.Delete(Path("out/oci-layout"));
        if (marker is null)
            Directory.CreateDirectory(Path("out/oci-layout"));
        else
            File.WriteAllText(Path("out/oci-layout"), marker);
        await FailsAsync(ErrorCodes.NotAnImageLayout, () => Task.Run(() => Open("oci:" + Path("out"))));
    }

    [Fact]
    public async Task An_archive_with_one_file_twice()
    {
        Diagnostic refused = await FailsAsync(
            ErrorCodes.ImageArchiveEntryRefused,
            () => Task.Run(() => Open("docker-archive:" + Archive(("manifest.json", "[]"), ("x", ""), ("manifest.json", "[]"))))
        );
        Assert.Contains("entry 3, 'manifest.json'", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc/passwd", "NF5105")]
    [InlineData("/etc/passwd", "NF5105")]
    [InlineData("out", "NF5105")]
    [InlineData("away", "NF5105")]
    [InlineData("loop", "NF5105")]
    [InlineData("nowhere", "NF5107")]
    public async Task A_docker_archive_that_names_a_layer_elsewhere(string layer, string code)
    {
        string archive = Archive(
            ("manifest.json", $$"""[{"Config":"config.json","RepoTags":["x:1"],"Layers":["{{layer}}"]}]"""),
            ("config.json", Amd.Config),
            ("out", "->/etc/passwd"),
            ("away", "->../../etc/passwd"),
            ("loop", "->loop")
        );
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() =>
            TakeAsync(Open("docker-archive:" + archive), EmptyStore(), Platform.LinuxAmd64)
        );
        Assert.Equal(code, refused.Diagnostics[0].Code.Id);
        Assert.Contains(layer, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path("taken")));
    }

    [Fact]
    public async Task The_relative_links_of_old_docker_archives_are_followed()
    {
        string archive = Archive(
            ("manifest.json", """[{"Config":"config.json","RepoTags":null,"Layers":["b/layer.tar"]}]"""),
            ("config.json", Amd.Config),
            ("a/layer.tar", Amd.Layer),
            ("b/layer.tar", "->../a/layer.tar")
        );
        Assert.Equal(
            Amd.Descriptor.Digest,
            (await TakeAsync(Open("docker-archive:" + archive), EmptyStore(), Platform.LinuxAmd64)).Descriptor.Digest
        );
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("[{}]")]
    [InlineData("""[{"Config":"a","Config":"b","Layers":[]}]""")]
    [InlineData("""[{"Config":null,"Layers":[]}]""")]
    [InlineData("""[{"Config":null,"Layers":["a"]}]""")]
    [InlineData("""[{"Config":"a","Layers":[null]}]""")]
    [InlineData("""[{"Config":"a","RepoTags":[null],"Layers":[]}]""")]
    [InlineData("<html>")]
    public async Task A_docker_manifest_that_is_none(string json) =>
        await FailsAsync(ErrorCodes.InvalidImageDocument, () => Task.Run(() => Open("docker-archive:" + Archive(("manifest.json", json)))));

    [Fact]
    public async Task An_archive_of_the_other_kind_is_named()
    {
        Assert.Contains(
            "docker-archive:",
            (
                await FailsAsync(
                    ErrorCodes.NotAnImageArchive,
                    () => Task.Run(() => Open("oci-archive:" + Archive(("manifest.json", "[]"))))
                )
            ).Hint,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "oci-archive:",
            (
                await FailsAsync(
                    ErrorCodes.NotAnImageArchive,
                    () => Task.Run(() => Open("docker-archive:" + Archive(("oci-layout", Marker))))
                )
            ).Hint,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_archive_that_is_compressed_as_a_whole_says_how_to_unpack_it()
    {
        File.WriteAllBytes(Path("x.tar.gz"), Gzip(Amd.Layer));
        Assert.Contains(
            "gunzip",
            (await FailsAsync(ErrorCodes.NotAnImageArchive, () => Task.Run(() => Open("docker-archive:" + Path("x.tar.gz"))))).Hint,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_archive_that_was_cut_anywhere_gives_no_image()
    {
        OciArchive.Write(Path("whole.tar"), ImagesOf(Amd.Descriptor, Name), default);
        byte[] whole = File.ReadAllBytes(Path("whole.tar"));
        // After the last blob come two blocks of zeros, of which the second may be missing.
        for (int length = 0; length <= whole.Length - 1024; length += length % 1024 == 0 ? 511 : 513)
        {
            File.WriteAllBytes(Path("cut.tar"), whole[..length]);
            await Assert.ThrowsAsync<NodeForgeException>(() =>
                TakeAsync(Open("oci-archive:" + Path("cut.tar")), EmptyStore(), Platform.LinuxAmd64)
            );
            Assert.False(HasManifests(EmptyStore()));
        }
    }

    [Fact]
    public async Task One_flipped_bit_anywhere_in_a_blob_gives_no_other_image()
    {
        OciArchive.Write(Path("whole.tar"), ImagesOf(Arm.Descriptor, Name), default);
        byte[] whole = File.ReadAllBytes(Path("whole.tar"));
        Random random = new(5);
        for (int i = 0; i < 150; i++)
        {
            byte[] bytes = [.. whole];
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Path("flipped.tar"), bytes);
            try
            {
                Image taken = await TakeAsync(Open("oci-archive:" + Path("flipped.tar")), EmptyStore(), Platform.LinuxArm64);
                Assert.Equal(Arm.Descriptor.Digest, taken.Descriptor.Digest); // the bit was in a header's or a folder's unused bytes
            }
            catch (NodeForgeException)
            {
                continue;
            }
        }
    }

    private async Task RefusedAsync(
        ErrorCode code,
        Func<byte[], byte[]?>? layer = null,
        Func<byte[], byte[]?>? config = null,
        Func<byte[], byte[]?>? manifest = null
    )
    {
        List<(string, object)> entries =
        [
            ("oci-layout", Marker),
            ("index.json", OciJson.Write(new ImageIndex { Manifests = [Amd.Descriptor] })),
        ];
        foreach (
            (byte[] blob, Func<byte[], byte[]?>? change) in new[] { (Amd.Layer, layer), (Amd.Config, config), (Amd.Manifest, manifest) }
        )
        {
            if ((change is null ? blob : change([.. blob])) is { } kept)
                entries.Add(("blobs/sha256/" + Digest.Of(blob).Hex, kept));
        }

        string archive = Archive([.. entries]);
        Diagnostic refused = await FailsAsync(code, () => TakeAsync(Open("oci-archive:" + archive), EmptyStore(), Platform.LinuxAmd64));
        Assert.Contains("sha256:", refused.Where!.ToString(), StringComparison.Ordinal);
        Assert.False(HasManifests(EmptyStore()));
    }

    private async Task<Diagnostic> OfManifestAsync(ErrorCode code, byte[] manifest, byte[]? config = null, byte[]? layer = null)
    {
        string archive = LayoutArchive(
            [new(MediaTypes.Manifest, Digest.Of(manifest), manifest.Length)],
            [manifest, config ?? Amd.Config, layer ?? Amd.Layer]
        );
        Diagnostic refused = await FailsAsync(code, () => TakeAsync(Open("oci-archive:" + archive), EmptyStore(), Platform.LinuxAmd64));
        Assert.False(EmptyStore().Contains(Digest.Of(manifest)));
        return refused;
    }

    private string LayoutArchive(IReadOnlyList<Descriptor> entries, IReadOnlyList<byte[]> blobs) =>
        Archive([
            ("oci-layout", Marker),
            ("index.json", OciJson.Write(new ImageIndex { Manifests = entries })),
            .. blobs.DistinctBy(Hex).Select(blob => ("blobs/sha256/" + Hex(blob), (object)blob)),
        ]);

    private static string Hex(byte[] blob) => Digest.Of(blob).Hex;

    private static Descriptor Index(out byte[] bytes, params Descriptor[] manifests)
    {
        bytes = OciJson.Write(new ImageIndex { Manifests = manifests });
        return new(MediaTypes.Index, Digest.Of(bytes), bytes.Length);
    }
}

using System.Security.Cryptography;
using NodeForge.Oci.Transports;

namespace NodeForge.Oci.Tests.Transports;

/// <summary>Archives out of a stream that nobody can go back in: the same images and the same refusals as out of a file.</summary>
public sealed class ArchivesThatComeByOnceTests : ImageFolder
{
    // Larger than what is kept in memory.
    private static readonly byte[] layer = RandomNumberGenerator.GetBytes(300_000);

    [Fact]
    public async Task A_layout_gives_what_its_file_gives()
    {
        OciArchive.Write(Path("x.tar"), ImagesOf(Arm.Descriptor, Name), default);
        Image ofFile = await TakeAsync(Open("oci-archive:" + Path("x.tar")), EmptyStore("a"), Platform.LinuxArm64),
            once = await TakeOnceAsync(Path("x.tar"), EmptyStore("b"), Platform.LinuxArm64);
        Assert.Equal((ofFile.Descriptor.Digest, ofFile.References.Single()), (once.Descriptor.Digest, once.References.Single()));
        Assert.Equal(Blobs("a"), Blobs("b"));
    }

    [Fact]
    public async Task A_docker_archive_gives_what_its_file_gives_whether_documents_come_first_or_last()
    {
        string first = Archive([.. Documents(), ("layer.tar", layer)]),
            last = Archive([("layer.tar", layer), .. Documents()]);
        Image ofFile = await TakeAsync(Open("docker-archive:" + first), EmptyStore("a"), Platform.LinuxAmd64);
        Assert.Equal(ofFile.Descriptor.Digest, (await TakeOnceAsync(first, EmptyStore("b"), Platform.LinuxAmd64)).Descriptor.Digest);
        Assert.Equal(ofFile.Descriptor.Digest, (await TakeOnceAsync(last, EmptyStore("c"), Platform.LinuxAmd64)).Descriptor.Digest);
        Assert.Equal(Blobs("a"), Blobs("b"));
        Assert.Equal(Blobs("a"), Blobs("c"));
    }

    [Fact]
    public async Task A_packed_layer_keeps_its_bytes_and_is_checked_against_the_config()
    {
        byte[] packed = Gzip(layer);
        Layer taken = Assert.Single(
            (await TakeOnceAsync(Archive([.. Documents(), ("layer.tar", packed)]), EmptyStore(), Platform.LinuxAmd64)).Layers
        );
        Assert.Equal(
            (MediaTypes.LayerGzip, Digest.Of(packed), Digest.Of(layer)),
            (taken.Descriptor.MediaType, taken.Descriptor.Digest, taken.DiffId)
        );
        await FailsAsync(
            ErrorCodes.DiffIdMismatch,
            () =>
                TakeOnceAsync(
                    Archive([.. Documents(), ("layer.tar", Gzip(RandomNumberGenerator.GetBytes(300_000)))]),
                    EmptyStore("other"),
                    Platform.LinuxAmd64
                )
        );
    }

    [Fact]
    public async Task A_layer_that_is_not_what_its_name_says_is_refused()
    {
        string name = "blobs/sha256/" + Digest.Of("other"u8).Hex;
        Diagnostic refused = await FailsAsync(
            ErrorCodes.ImageBlobMismatch,
            () => TakeOnceAsync(Archive([.. Documents(name), (name, layer)]), EmptyStore(), Platform.LinuxAmd64)
        );
        Assert.StartsWith(Digest.Of(layer).ToString(), refused.Got, StringComparison.Ordinal);
        Assert.Equal(Digest.Of("other"u8).ToString(), refused.Want);
        Assert.Contains("parcel", refused.Where!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_beyond_what_memory_shall_hold_are_read_out_of_the_store()
    {
        (string, object)[] many =
        [
            .. Enumerable.Range(0, 100).Select(number => ($"junk/{number}", (object)RandomNumberGenerator.GetBytes(60_000))),
        ];
        Image taken = await TakeOnceAsync(Archive([.. many, ("layer.tar", layer), .. Documents()]), EmptyStore(), Platform.LinuxAmd64);
        Assert.Equal(Digest.Of(layer), Assert.Single(taken.Layers).DiffId);
    }

    [Fact]
    public async Task An_archive_that_was_cut_anywhere_gives_no_image()
    {
        byte[] whole = File.ReadAllBytes(Archive([("layer.tar", layer), .. Documents()]));
        for (int length = 0; length < layer.Length + 3000; length += 9973)
        {
            using Stream cut = new Once(whole[..length]);
            await Assert.ThrowsAsync<NodeForgeException>(() => TakeOnceAsync(cut, EmptyStore(), Platform.LinuxAmd64));
        }

        Assert.DoesNotContain(
            Directory.Exists(Path("taken")) ? Directory.GetFiles(Path("taken"), "*", SearchOption.AllDirectories) : [],
            file => file.EndsWith(".part", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_archive_with_one_file_twice_is_refused_by_its_entry()
    {
        Diagnostic refused = await FailsAsync(
            ErrorCodes.ImageArchiveEntryRefused,
            () => TakeOnceAsync(Archive(("manifest.json", "[]"), ("x", ""), ("manifest.json", "[]")), EmptyStore(), Platform.LinuxAmd64)
        );
        Assert.Contains("parcel, entry 3, 'manifest.json'", refused.Where!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_is_compressed_as_a_whole_is_refused()
    {
        using Stream packed = new Once(Gzip(layer));
        await FailsAsync(ErrorCodes.NotAnImageArchive, () => TakeOnceAsync(packed, EmptyStore(), Platform.LinuxAmd64));
    }

    private static (string, object)[] Documents(string layerName = "layer.tar") =>
        [
            (
                "config.json",
                OciJson.Write(
                    new ImageConfig
                    {
                        Architecture = "amd64",
                        Os = "linux",
                        RootFs = new("layers", [Digest.Of(layer)]),
                    }
                )
            ),
            ("manifest.json", $$"""[{"Config":"config.json","RepoTags":["r.example/x:1"],"Layers":["{{layerName}}"]}]"""),
        ];

    private static async Task<Image> TakeOnceAsync(string file, BlobStore store, Platform platform)
    {
        using Stream once = new Once(File.ReadAllBytes(file));
        return await TakeOnceAsync(once, store, platform);
    }

    private static async Task<Image> TakeOnceAsync(Stream archive, BlobStore store, Platform platform) =>
        await TakeAsync(ImageArchives.Take(archive, "parcel", store, CancellationToken.None), store, platform);

    private string[] Blobs(string store) =>
        [.. Directory.GetFiles(Path(store + "/sha256")).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private sealed class Once(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        public override bool CanSeek => false;

        public override long Seek(long offset, SeekOrigin loc) => throw new NotSupportedException();
    }
}

using System.IO.Pipes;
using System.Text;
using NodeForge.Oci.Transports;

namespace NodeForge.Oci.Tests.Transports;

/// <summary>Archives and layouts as other tools write them, odd and lawful.</summary>
public sealed class ImagesOfOtherTools : ImageFolder
{
    private const string Marker = """{"imageLayoutVersion":"1.0.0"}""";
    private static readonly byte[] NoLayers =
        """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray();

    [Fact]
    public async Task An_image_without_layers_has_null_for_their_list()
    {
        string archive = Archive((Digest.Of(NoLayers).Hex + ".json", NoLayers), ("manifest.json", DockerList("null", "\"a:1\"")));
        Image taken = await TakeAsync(Open("docker-archive:" + archive), EmptyStore(), Platform.LinuxAmd64);
        Assert.Empty(taken.Layers);
        Assert.Equal("docker.io/library/a:1", taken.Name);
    }

    [Theory]
    [InlineData("./")]
    [InlineData(".//./")]
    public async Task A_path_in_the_list_is_joined_as_docker_joins_it(string before)
    {
        string config = Digest.Of(NoLayers).Hex + ".json";
        string list = $$"""[{"Config":"{{before}}{{config}}","RepoTags":["a:1"],"Layers":[]}]""";
        string archive = Archive((config, NoLayers), ("manifest.json", Encoding.UTF8.GetBytes(list)));
        Image taken = await TakeAsync(Open("docker-archive:" + archive), EmptyStore(), Platform.LinuxAmd64);
        Assert.Equal(Digest.Of(NoLayers), taken.Id);
    }

    [Theory]
    [InlineData("null", "null")]
    [InlineData("[null]", "a list with a null in it")]
    [InlineData("""[{"Config":"a","RepoTags":null,"Layers":[null]}]""", "a list with a null in it")]
    [InlineData("""[{"Config":5,"Layers":[]}]""", "something else at $[0].Config")]
    [InlineData("<html>", "no such JSON")]
    public async Task A_list_of_images_that_is_none_is_told_in_plain_words(string json, string got)
    {
        Diagnostic told = await FailsAsync(
            ErrorCodes.InvalidImageDocument,
            () => Task.Run(() => Open("docker-archive:" + Archive(("manifest.json", json))))
        );
        Assert.Equal((got, "manifest.json"), (told.Got, told.Where!.Detail));
    }

    [Fact]
    public void A_layout_that_names_no_image_leaves_it_to_dockers_list()
    {
        string archive = Archive(
            ("oci-layout", Marker),
            ("index.json", """{"schemaVersion":2,"manifests":null}"""),
            (Digest.Of(NoLayers).Hex + ".json", NoLayers),
            ("manifest.json", DockerList("[]", "\"a:1\""))
        );
        Assert.Equal("docker.io/library/a:1", Assert.Single(List(ImageArchives.Open(archive, default))).DisplayName);
        Assert.Empty(List(Open("oci-archive:" + archive)));
    }

    [Fact]
    public async Task An_only_image_without_a_name_is_called_as_it_is_asked_for()
    {
        string archive = Archive((Digest.Of(NoLayers).Hex + ".json", NoLayers), ("manifest.json", DockerList("[]", "")));
        Image taken = await TakeAsync(Open("docker-archive:" + archive), EmptyStore(), Platform.LinuxAmd64, "shop/named:1");
        Assert.Equal(["docker.io/shop/named:1"], taken.References.Select(reference => reference.ToString()));

        string layout = Archive([
            ("oci-layout", Marker),
            ("index.json", OciJson.Write(new ImageIndex { Manifests = [Amd.Descriptor] })),
            .. Amd.Blobs.Select(blob => ("blobs/sha256/" + Digest.Of(blob).Hex, (object)blob)),
        ]);
        Assert.Equal(
            ["docker.io/shop/named:1"],
            (await TakeAsync(Open("oci-archive:" + layout), EmptyStore("a"), Platform.LinuxAmd64, "shop/named:1")).References.Select(
                reference => reference.ToString()
            )
        );
        Assert.Equal("My_Tag", (await TakeAsync(Open("oci-archive:" + layout), EmptyStore("a"), Platform.LinuxAmd64, "My_Tag")).Tag);

        string named = Archive((Digest.Of(NoLayers).Hex + ".json", NoLayers), ("manifest.json", DockerList("[]", "\"a:1\"")));
        await FailsAsync(
            ErrorCodes.ImageNotFound,
            () => TakeAsync(Open("docker-archive:" + named), EmptyStore(), Platform.LinuxAmd64, "shop/named:1")
        );
    }

    [Fact]
    public async Task A_bzip2_is_called_so_and_a_file_whose_name_begins_like_one_is_not()
    {
        string file = Path("x.tar.bz2");
        await File.WriteAllBytesAsync(file, [.. "BZh91AY&SY"u8, .. new byte[600]]);
        Diagnostic told = await FailsAsync(ErrorCodes.NotAnImageArchive, () => Task.Run(() => Open("docker-archive:" + file)));
        Assert.Equal("bzip2", told.Got);
        Assert.Contains("bunzip2", told.Hint, StringComparison.Ordinal);

        string archive = Archive(
            ("BZh.json", NoLayers),
            ("manifest.json", Encoding.UTF8.GetBytes("""[{"Config":"BZh.json","RepoTags":["a:1"],"Layers":[]}]"""))
        );
        Assert.Single(List(Open("docker-archive:" + archive)));
    }

    [Fact]
    public async Task A_pipe_is_called_so()
    {
        using AnonymousPipeServerStream pipe = new(PipeDirection.In);
        Diagnostic told = await FailsAsync(
            ErrorCodes.PathNotUsable,
            () => Task.Run(() => Open($"docker-archive:/proc/self/fd/{pipe.SafePipeHandle.DangerousGetHandle()}"))
        );
        Assert.Equal(("a pipe", "a file"), (told.Got, told.Want));
    }

    [Fact]
    public async Task A_layout_may_be_made_of_links()
    {
        await OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, Name), default);
        Directory.CreateDirectory(Path("elsewhere"));
        foreach (string blob in Directory.GetFiles(Path("out/blobs/sha256")))
        {
            string moved = Path("elsewhere/" + System.IO.Path.GetFileName(blob));
            File.Move(blob, moved);
            File.CreateSymbolicLink(blob, moved);
        }

        Assert.Equal(
            Amd.Descriptor.Digest,
            (await TakeAsync(Open("oci:" + Path("out")), EmptyStore(), Platform.LinuxAmd64)).Descriptor.Digest
        );

        File.Delete(Path("elsewhere/" + Digest.Of(Amd.Layer).Hex));
        await FailsAsync(
            ErrorCodes.ImageBlobMissing,
            () => TakeAsync(Open("oci:" + Path("out")), EmptyStore("again"), Platform.LinuxAmd64)
        );
    }

    private static string DockerList(string layers, string names) =>
        $"[{{\"Config\":\"{Digest.Of(NoLayers).Hex}.json\",\"RepoTags\":[{names}],\"Layers\":{layers}}}]";
}

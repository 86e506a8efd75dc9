using System.IO.Compression;
using System.Text;
using NodeForge.Oci;
using NodeForge.TestSupport.Upstream;

namespace NodeForge.Tests;

/// <summary>
/// A node image is built of whole images, or not at all. What is wrong with an image to preload is told by the build, with the image and
/// the blob, what was found and wanted and how to mend it; and where
/// the build fails nothing is written. A node would find it out months later, where nobody can fetch anything.
/// </summary>
public sealed class NodesOfBadImages : IDisposable
{
    private const string Version = "v1.20.2";
    private const string Shop = "registry.test/shop:1";
    private readonly SmallNode node = new(Version);

    public void Dispose() => node.Dispose();

    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task Whole_images_give_a_node(string transport)
    {
        Assert.NotEmpty((await BuildAsync(Listed(ImageFiles.In(transport)))).Layers);
        Assert.True(Directory.Exists(node.In("out")));
    }

    [Theory]
    [InlineData("oci", "layer")]
    [InlineData("oci", "config")]
    [InlineData("oci", "manifest")]
    [InlineData("oci-archive", "layer")]
    [InlineData("oci-archive", "config")]
    [InlineData("oci-archive", "manifest")]
    [InlineData("docker-archive", "layer")]
    [InlineData("docker-archive", "config")]
    public async Task A_blob_is_missing(string transport, string blob)
    {
        ImageFiles image = ImageFiles.In(transport);
        image.Files.Remove(FileOf(image, blob));
        await RefusedAsync(ErrorCodes.ImageBlobMissing, image, FileOf(image, blob));
    }

    [Theory]
    [InlineData("oci", "layer", "NF5108")]
    [InlineData("oci", "config", "NF5108")]
    [InlineData("oci", "manifest", "NF5108")]
    [InlineData("oci-archive", "layer", "NF5108")]
    [InlineData("oci-archive", "config", "NF5108")]
    [InlineData("oci-archive", "manifest", "NF5108")]
    [InlineData("docker-archive", "layer", "NF5108")]
    [InlineData("docker-archive", "config", "NF5108")]
    public async Task A_blob_is_cut(string transport, string blob, string code)
    {
        ImageFiles image = ImageFiles.In(transport);
        string file = FileOf(image, blob);
        image.Files[file] = image.Files[file][..^3];
        AssertCompares(await RefusedAsync(CodeOf(code), image, file));
    }

    [Theory]
    [InlineData("oci", "layer")]
    [InlineData("oci", "config")]
    [InlineData("oci", "manifest")]
    [InlineData("oci-archive", "layer")]
    [InlineData("oci-archive", "config")]
    [InlineData("oci-archive", "manifest")]
    [InlineData("docker-archive", "layer")]
    [InlineData("docker-archive", "config")]
    public async Task A_blob_does_not_have_the_digest_that_is_its_name(string transport, string blob)
    {
        ImageFiles image = ImageFiles.In(transport);
        string file = FileOf(image, blob);
        image.Files[file][^1] ^= 1;
        Diagnostic problem = await RefusedAsync(ErrorCodes.ImageBlobMismatch, image, file);
        AssertCompares(problem);
        Assert.Contains(file.Split('/')[^1], problem.Want, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "NF5112")]
    [InlineData(true, "NF5117")]
    public async Task A_layer_that_no_name_vouches_for_is_cut(bool gzip, string code)
    {
        ImageFiles image = ImageFiles.In("docker-archive");
        byte[] layer = gzip ? UpstreamSite.Gzip(image.Files[image.Layer]) : image.Files[image.Layer];
        image.Files.Remove(image.Layer);
        image.Files["layer.tar"] = layer[..^(gzip ? 6 : 512)];
        image.DockerManifest = image.DockerManifest.Replace(image.Layer, "layer.tar", StringComparison.Ordinal);
        await RefusedAsync(CodeOf(code), image, "layer.tar");
    }

    [Theory]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task An_archive_ends_before_its_last_blob(string transport)
    {
        ImageFiles image = ImageFiles.In(transport);
        string file = node.In("image");
        image.Write(file);
        byte[] whole = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, whole[..(whole.Length / 2 / 512 * 512 - 100)]);
        Diagnostic problem = await RefusedAsync(ErrorCodes.ArchiveTruncated, $"  - {{image: \"{transport}:image\"}}\n");
        Assert.Contains(file, problem.Where!.ToString(), StringComparison.Ordinal);
        Assert.Contains("entry ", problem.Where.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    public async Task The_index_gives_a_manifest_another_size(string transport)
    {
        ImageFiles image = ImageFiles.In(transport);
        Descriptor entry = image.Index.Manifests[0];
        image.Index = image.Index with { Manifests = [entry with { Size = entry.Size + 1 }] };
        Diagnostic problem = await RefusedAsync(ErrorCodes.ImageBlobMismatch, image, image.Manifest);
        Assert.Equal(($"{entry.Size} bytes", $"{entry.Size + 1} bytes"), (problem.Got, problem.Want));
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    public async Task The_manifest_gives_a_layer_another_size(string transport)
    {
        ImageFiles image = ImageFiles.In(transport);
        Manifest manifest = System.Text.Json.JsonSerializer.Deserialize(image.Files[image.Manifest], OciJson.Default.Manifest)!;
        byte[] written = OciJson.Write(manifest with { Layers = [manifest.Layers[0] with { Size = manifest.Layers[0].Size - 1 }] });
        image.Files[ImageFiles.PathOf(written)] = written;
        image.Index = image.Index with
        {
            Manifests = [image.Index.Manifests[0] with { Digest = Digest.Of(written), Size = written.Length }],
        };
        AssertCompares(await RefusedAsync(ErrorCodes.ImageBlobMismatch, image, image.Layer));
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task The_image_is_not_there_for_the_nodes_platform(string transport)
    {
        ImageFiles image = ImageFiles.In(transport, platform: Platform.LinuxArm64);
        Diagnostic problem = await RefusedAsync(
            ErrorCodes.PlatformMissing,
            image,
            transport == "docker-archive" ? image.Config : image.Manifest
        );
        Assert.Equal(("linux/arm64", "linux/amd64"), (problem.Got, problem.Want));
    }

    [Fact]
    public async Task The_index_has_other_platforms_and_not_the_nodes()
    {
        ImageFiles image = ImageFiles.In("oci", platform: Platform.LinuxArm64),
            other = ImageFiles.In("oci", platform: new Platform("s390x", "linux"));
        byte[] index = OciJson.Write(new ImageIndex { Manifests = [image.Descriptor, other.Descriptor] });
        foreach ((string file, byte[] content) in other.Files)
            image.Files.TryAdd(file, content);
        image.Files[ImageFiles.PathOf(index)] = index;
        image.Index = image.Index with
        {
            Manifests =
            [
                image.Index.Manifests[0] with
                {
                    MediaType = MediaTypes.Index,
                    Digest = Digest.Of(index),
                    Size = index.Length,
                    Platform = null,
                },
            ],
        };
        Diagnostic problem = await RefusedAsync(ErrorCodes.PlatformMissing, image, ImageFiles.PathOf(index));
        Assert.Equal(("linux/arm64 linux/s390x", "linux/amd64"), (problem.Got, problem.Want));
    }

    [Fact]
    public async Task The_index_names_the_nodes_platform_and_only_another_was_copied()
    {
        ImageFiles image = ImageFiles.In("oci", platform: Platform.LinuxArm64),
            other = ImageFiles.In("oci", text: "other");
        Platform named = Platform.LinuxArm64 with { Variant = "v8" };
        byte[] index = OciJson.Write(new ImageIndex { Manifests = [image.Descriptor with { Platform = named }, other.Descriptor] });
        image.Files[ImageFiles.PathOf(index)] = index;
        image.Index = image.Index with
        {
            Manifests =
            [
                image.Index.Manifests[0] with
                {
                    MediaType = MediaTypes.Index,
                    Digest = Digest.Of(index),
                    Size = index.Length,
                    Platform = null,
                },
            ],
        };
        Diagnostic problem = await RefusedAsync(ErrorCodes.PlatformMissing, image, ImageFiles.PathOf(index));
        Assert.Equal(("linux/arm64/v8", "linux/amd64"), (problem.Got, problem.Want));
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task An_image_for_a_variant_of_the_nodes_processor_gives_a_node(string transport) =>
        Assert.NotEmpty((await BuildAsync(Listed(ImageFiles.In(transport, platform: Platform.Parse("linux/amd64/v2"))))).Layers);

    [Fact]
    public async Task The_index_claims_the_nodes_platform_for_an_image_of_another()
    {
        ImageFiles image = ImageFiles.In("oci", platform: Platform.LinuxArm64);
        image.Index = image.Index with { Manifests = [image.Index.Manifests[0] with { Platform = Platform.LinuxAmd64 }] };
        Diagnostic problem = await RefusedAsync(ErrorCodes.PlatformMissing, image, image.Manifest);
        Assert.Equal("linux/amd64", problem.Want);
    }

    [Theory]
    [InlineData("content-store")]
    [InlineData("archives")]
    public async Task Two_images_have_one_name(string method)
    {
        ImageFiles one = ImageFiles.In("oci-archive"),
            two = ImageFiles.In("oci", text: "other");
        one.Write(node.In("one"));
        two.Write(node.In("two"));
        Diagnostic problem = await RefusedAsync(
            ErrorCodes.PreloadNamesCollide,
            "  - {image: \"oci-archive:one\"}\n  - {image: \"oci:two\"}\n",
            $"preload: {method}\n"
        );
        Assert.Contains(Shop, problem.What, StringComparison.Ordinal);
        Assert.Contains("oci-archive:one", problem.What, StringComparison.Ordinal);
        Assert.Equal("oci:two", problem.Where!.Resource);
        Assert.Equal((two.Descriptor.Digest.ToString(), one.Descriptor.Digest.ToString()), (problem.Got, problem.Want));
    }

    [Fact]
    public async Task An_image_has_the_name_of_one_that_Kubernetes_brings()
    {
        ImageFiles image = ImageFiles.In("oci-archive", $"registry.k8s.io/kube-proxy:{Version}");
        image.Write(node.In("image"));
        Diagnostic problem = await RefusedAsync(ErrorCodes.PreloadNamesCollide, "  - {image: \"oci-archive:image\"}\n");
        Assert.Contains("server.tar.gz", problem.What, StringComparison.Ordinal);
        Assert.Equal(image.Descriptor.Digest.ToString(), problem.Where!.Detail);
    }

    [Fact]
    public async Task One_name_of_an_archive_stands_for_two_images()
    {
        ImageFiles image = ImageFiles.In("docker-archive"),
            other = ImageFiles.In("docker-archive", text: "other");
        foreach ((string file, byte[] content) in other.Files)
            image.Files.TryAdd(file, content);
        image.DockerManifest = image.DockerManifest[..^1] + "," + other.DockerManifest[1..];
        Diagnostic problem = await RefusedAsync(ErrorCodes.ImageNameCollision, image, null);
        Assert.Contains(image.Config, problem.Got, StringComparison.Ordinal);
        Assert.Contains(other.Config, problem.Got, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("oci", "registry.test/Shop:1")]
    [InlineData("oci-archive", "registry.test/shop:.1")]
    [InlineData("docker-archive", "registry.test//shop")]
    public async Task An_image_has_a_name_that_containerd_would_refuse(string transport, string name)
    {
        ImageFiles image = ImageFiles.In(transport, name);
        Diagnostic problem = await RefusedAsync(
            ErrorCodes.InvalidImageReference,
            image,
            transport == "docker-archive" ? image.Config : image.Manifest
        );
        Assert.Equal(name, problem.Got);
    }

    [Theory]
    [InlineData("content-store")]
    [InlineData("archives")]
    public async Task A_recipe_gives_an_image_a_name_that_containerd_would_refuse(string method)
    {
        ImageFiles image = ImageFiles.In("oci");
        image.Write(node.In("image"));
        string name = $"registry.test/{new string('a', 250)}:1";
        Diagnostic problem = await RefusedAsync(
            ErrorCodes.PreloadNameRefused,
            $"  - {{image: \"oci:image\", tags: [\"{name}\"]}}\n",
            $"preload: {method}\n"
        );
        Assert.Equal(("oci:image", image.Descriptor.Digest.ToString(), name), (problem.Where!.Resource, problem.Where.Detail, problem.Got));
    }

    [Fact]
    public async Task An_image_has_no_name()
    {
        ImageFiles image = ImageFiles.In("docker-archive");
        image.DockerManifest = image.DockerManifest.Replace($"\"RepoTags\":[\"{Shop}\"]", "\"RepoTags\":null", StringComparison.Ordinal);
        image.Write(node.In("image"));
        Diagnostic problem = await RefusedAsync(ErrorCodes.PreloadNameRefused, "  - {image: \"docker-archive:image\"}\n");
        Assert.Equal(("docker-archive:image", image.Descriptor.Digest.ToString()), (problem.Where!.Resource, problem.Where.Detail));
    }

    /// <summary>What no image refers to is not read and not taken: it changes nothing in the node, whatever it says.</summary>
    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task A_blob_that_nothing_refers_to_is_left_behind(string transport)
    {
        ImageFiles image = ImageFiles.In(transport);
        Image without = await BuildAsync(Listed(image));
        byte[] extra = "nobody asked for it"u8.ToArray();
        image.Files[ImageFiles.PathOf(extra)] = extra;
        image.Files[ImageFiles.PathOf("another"u8.ToArray())] = extra; // and its name lies
        Image with = await BuildAsync(Listed(image));

        // The last layer has the digest of the recipe's inputs, and the archive is one of them.
        Assert.Equal(without.Config.RootFs.DiffIds.SkipLast(1), with.Config.RootFs.DiffIds.SkipLast(1));
        Assert.False(File.Exists(Path.Combine(node.Folder, "cache", ImageFiles.PathOf(extra))));
    }

    [Fact]
    public async Task An_image_of_the_server_tarball_is_damaged()
    {
        byte[] tarball = Unpack(await File.ReadAllBytesAsync(node.In("server.tar.gz")));
        int text = tarball.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"registry.k8s.io/kube-proxy-amd64:{Version}\0"));
        tarball[text] ^= 1;
        await File.WriteAllBytesAsync(node.In("server.tar.gz"), tarball);
        Diagnostic problem = await RefusedAsync(ErrorCodes.ImageBlobMismatch, "");
        Assert.Contains(
            "server.tar.gz, kube-proxy.tar, registry.k8s.io/kube-proxy-amd64:v1.20.2",
            problem.Where!.ToString(),
            StringComparison.Ordinal
        );
        Assert.Contains("sha256:", problem.Where.Detail, StringComparison.Ordinal);
        AssertCompares(problem);
    }

    [Fact]
    public async Task The_base_is_damaged()
    {
        ImageFiles image = ImageFiles.In("oci", "registry.test/base:1", "base");
        File.Delete(Path.Combine(node.Folder, "base", image.Layer));
        Diagnostic problem = await RefusedAsync(ErrorCodes.ImageBlobMissing, "");
        Assert.Contains("registry.test/base:1", problem.Where!.Resource, StringComparison.Ordinal);
        Assert.Contains(image.Layer.Split('/')[^1], problem.Where.Detail, StringComparison.Ordinal);
    }

    private string Listed(ImageFiles image)
    {
        image.Write(node.In("image"));
        return $"  - {{image: \"{image.Transport}:image\"}}\n";
    }

    private static string FileOf(ImageFiles image, string blob) =>
        blob switch
        {
            "layer" => image.Layer,
            "config" => image.Config,
            _ => image.Manifest,
        };

    private static ErrorCode CodeOf(string id) => ErrorCodes.All.Single(code => code.Id == id);

    private static void AssertCompares(Diagnostic problem) => Assert.True(problem is { Got: not null, Want: not null }, problem.ToString());

    /// <param name="blob">The file that has to be named, by its digest where that is its name.</param>
    private async Task<Diagnostic> RefusedAsync(ErrorCode code, ImageFiles image, string? blob)
    {
        Diagnostic problem = await RefusedAsync(code, Listed(image));
        Assert.Contains(node.In("image"), problem.Where!.Resource, StringComparison.Ordinal);
        Assert.Contains(image.Reference, problem.ToString(), StringComparison.Ordinal);
        Assert.Contains(blob?.Split('/')[^1] ?? "", problem.Where.Detail, StringComparison.Ordinal);
        return problem;
    }

    private async Task<Diagnostic> RefusedAsync(ErrorCode code, string images, string preload = "")
    {
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() => BuildAsync(images, preload));
        Diagnostic problem = Assert.Single(refused.Diagnostics);
        Assert.True(code == problem.Code, problem.ToString());
        Assert.True(problem is { Where: not null, Hint: not null }, problem.ToString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(node.Folder, "*out*"));
        return problem;
    }

    private async Task<Image> BuildAsync(string images, string preload = "")
    {
        await node.LockAsync(images, preload);
        return await node.BuildAsync(
            allowOpen: true,
            $"oci:{node.Folder}/out:1",
            $"oci-archive:{node.Folder}/out.oci.tar:1",
            $"docker-archive:{node.Folder}/out.docker.tar:registry.test/node:1"
        );
    }

    private static byte[] Unpack(byte[] packed)
    {
        using MemoryStream plain = new();
        using (GZipStream gzip = new(new MemoryStream(packed), CompressionMode.Decompress))
            gzip.CopyTo(plain);
        return plain.ToArray();
    }
}

using NodeForge.Containerd.Preload;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Upstream;

namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>Debian's containerd packages run on the store that a build has put into a node image, with layers as they came and with plain
/// ones.</summary>
[Trait("Category", "EndToEnd")]
public sealed class A_real_containerd_on_a_built_node_s_store : IDisposable
{
    private const string Packed = "registry.test/tools/busybox:1";
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-built-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("bookworm", "kept")]
    [InlineData("bookworm", "uncompressed")]
    [InlineData("sid", "uncompressed")]
    public async Task Finds_every_image_whole_and_unpacks_it_to_the_same_files(string suite, string layers)
    {
        string binaries = Path.Combine(await DebianPackages.UnpackAsync(suite, "containerd"), "usr/bin");
        string root = await UnpackStoreAsync(await BuildAsync(layers));
        await using RunningContainerd containerd = await RunningContainerd.StartAsync(binaries, root, folder, cri: false);
        await containerd.CollectGarbageAsync();
        Dictionary<string, string> images = CtrTable.Checked(await containerd.CtrAsync("images", "check"));
        Assert.Equal(3 * (4 + 1) + 2 * 4, images.Count); // four of the release, by kubeadm's name and by upstream's, and ours
        Assert.All(images, static image => Assert.Equal("complete", image.Value));

        string[] row = (await containerd.CtrAsync("images", "ls", $"name=={Packed}"))
            .Split('\n')[1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            layers == "kept",
            (await containerd.CtrAsync("content", "get", row[2])).Contains(MediaTypes.LayerGzip, StringComparison.Ordinal)
        );
        await containerd.CtrAsync("snapshots", "unpack", row[2]);
        string program = Assert.Single(Directory.GetFiles(root, "busybox", SearchOption.AllDirectories));
        Assert.Equal(await File.ReadAllBytesAsync(await BusyboxAsync()), await File.ReadAllBytesAsync(program));
    }

    private static async Task<string> BusyboxAsync() =>
        Path.Combine(await DebianPackages.UnpackAsync("bookworm", "busybox-static"), "bin/busybox");

    private async Task<Image> BuildAsync(string layers)
    {
        await WriteLayoutAsync("base", new RealImage().AddLayer("etc/base", [1], gzip: false), "registry.test/base:1");
        await WriteLayoutAsync(
            "image",
            new RealImage()
                .AddLayer("bin/busybox", await File.ReadAllBytesAsync(await BusyboxAsync()), gzip: true)
                .AddLayer("etc/text", [2], gzip: false),
            Packed
        );
        await File.WriteAllBytesAsync(Path.Combine(folder, "server.tar.gz"), ServerRelease.Tarball("v1.20.2"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "node.yaml"),
            $$"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: NodeImage
            name: node
            platforms: [linux/amd64]
            base: {image: "oci:base"}
            kubernetes: {version: "v1.20.2", tarball: server.tar.gz}
            images:
              - {image: "oci:image"}
              - {kubeadm: false}
            preload: {method: content-store, layers: {{layers}}}
            """
        );
        Forge forge = new(
            new ForgeOptions
            {
                Host = HostEnvironment.FromProcess(),
                Cache = Path.Combine(folder, "cache"),
                SourceDateEpoch = 1_700_000_000,
            },
            SilentReporter.Instance
        );
        RecipeRequest request = new(Path.Combine(folder, "node.yaml"), null, new Dictionary<string, string>(), []);
        await forge.LockAsync(new LockRequest(request), CancellationToken.None);
        return Assert.Single(
            (
                await forge.BuildAsync(
                    new BuildRequest(request, "NodeImage") { Offline = true, AllowOpenClosure = true },
                    CancellationToken.None
                )
            ).Images
        );
    }

    private async Task WriteLayoutAsync(string name, RealImage image, string reference)
    {
        PreloadedImage built = image.Build(reference);
        BlobStore store = new(Path.Combine(folder, "elsewhere"));
        foreach (byte[] blob in image.Blobs.Values)
            store.Write(blob);
        await OciLayout.WriteAsync(
            Path.Combine(folder, name),
            StoredImages.Of(store, built.Manifest, ImageReference.Parse(reference)),
            CancellationToken.None
        );
    }

    /// <returns>containerd's root among the node's files, whose links lead to the blobs among them.</returns>
    private async Task<string> UnpackStoreAsync(Image image)
    {
        string node = Directory.CreateDirectory(Path.Combine(folder, "node")).FullName;
        BlobStore store = new(Path.Combine(folder, "cache/blobs"));
        foreach (Layer layer in image.Layers)
            await HostCommand.RunAsync("tar", ["--extract", "--directory", node, "--file", store.PathOf(layer.Descriptor.Digest)]);
        string root = node + ContainerdPaths.DefaultRoot;
        foreach (FileInfo link in new DirectoryInfo(Path.Combine(root, "io.containerd.content.v1.content/blobs/sha256")).GetFiles())
        {
            string target = node + link.LinkTarget;
            link.Delete();
            File.CreateSymbolicLink(link.FullName, target);
        }

        return root;
    }
}

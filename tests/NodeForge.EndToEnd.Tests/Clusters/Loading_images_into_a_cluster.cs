using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NodeForge.EndToEnd.Tests.Engines;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>Images of the engine and of archives come into the nodes, whole, and pods start from them.</summary>
[Trait("Category", "EndToEnd")]
[Collection(LivingClusterCollection.Name)]
public sealed class Loading_images_into_a_cluster(LivingCluster cluster)
{
    private const int Large = 24 << 20;
    private readonly string name = "nodeforge-test/" + Path.GetRandomFileName()[..6];

    [Fact]
    public async Task A_changed_layer_is_all_that_is_sent_and_pods_start_from_it()
    {
        byte[] large = Layer("large", RandomNumberGenerator.GetBytes(Large));
        try
        {
            await ToEngineAsync($"{name}:1", large, "first");
            await ToEngineAsync($"{name}:2", large, "second");

            JsonElement first = await LoadAsync("image", $"{name}:1");
            Assert.All(Nodes(first), node => Assert.True(node.GetProperty("bytes").GetInt64() > Large));
            Assert.Equal([cluster.ControlPlane, cluster.Worker], Nodes(first).Select(node => node.GetProperty("name").GetString()));
            Assert.All(Nodes(await LoadAsync("image", $"{name}:1")), node => Assert.True(node.GetProperty("wasThere").GetBoolean()));

            JsonElement second = await LoadAsync("image", $"{name}:2", "--nodes", cluster.Worker);
            Assert.InRange(Assert.Single(Nodes(second)).GetProperty("bytes").GetInt64(), 1, Large / 8);
            await AssertWholeAsync(cluster.Worker, $"docker.io/{name}:2");
            await AssertPodRunsAsync("loaded", $"{name}:2");
            Assert.Empty(await cluster.Engine.Containers.ListAsync(["dev.nodeforge.layers"], CancellationToken.None));
        }
        finally
        {
            await cluster.Engine.Images.RemoveAsync($"{name}:1", force: true, CancellationToken.None);
            await cluster.Engine.Images.RemoveAsync($"{name}:2", force: true, CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_compressed_archive_is_loaded_and_pods_start_from_it()
    {
        string file = Path.Combine(cluster.Folder, "images.tar.gz");
        await using (GZipStream target = new(File.Create(file), CompressionLevel.Fastest))
            await WriteAsync(target, $"{name}:3", Layer("small", [1]), "third", CancellationToken.None);
        JsonElement loaded = await LoadAsync("image-archive", file);
        Assert.Equal($"docker.io/{name}:3", loaded.GetProperty("images")[0].GetProperty("name").GetString());
        await AssertWholeAsync(cluster.Worker, $"docker.io/{name}:3");
        await AssertPodRunsAsync("archived", $"{name}:3");
    }

    [Fact]
    public async Task What_cannot_be_loaded_is_told_with_the_way_out()
    {
        ProgramRun missing = (await LivingCluster.NodeForgeAsync("load", "image", "nodeforge/nod:test", "--name", cluster.Name)).Returned(
            5
        );
        Assert.Contains("did you mean nodeforge/node:test?", missing.Error, StringComparison.Ordinal);
        string broken = Path.Combine(cluster.Folder, "broken.tar");
        await File.WriteAllTextAsync(broken, "no archive");
        Assert.Contains(
            "NF5104",
            (await LivingCluster.NodeForgeAsync("load", "image-archive", broken, "--name", cluster.Name)).Returned(3).Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "NF8002",
            (await LivingCluster.NodeForgeAsync("load", "image", "nodeforge/node:test", "--name", "nf-none")).Returned(7).Error,
            StringComparison.Ordinal
        );
    }

    private async Task<JsonElement> LoadAsync(string verb, params string[] arguments)
    {
        ProgramRun run = (
            await LivingCluster.NodeForgeAsync(["load", verb, .. arguments, "--name", cluster.Name, "-o", "json"])
        ).Succeeded();
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return document.RootElement.Clone();
    }

    private static IEnumerable<JsonElement> Nodes(JsonElement document) =>
        document.GetProperty("images")[0].GetProperty("nodes").EnumerateArray();

    private async Task AssertWholeAsync(string node, string image)
    {
        string check = await cluster.RunAsync(node, "ctr", "--namespace", "k8s.io", "images", "check", $"name=={image}");
        string[] columns = check.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((image, "complete", "true"), (columns[0], columns[3], columns[^1]));
    }

    private async Task AssertPodRunsAsync(string pod, string image)
    {
        await cluster.KubectlAsync(
            "run",
            pod,
            $"--image={image}",
            "--image-pull-policy=Never",
            $"--overrides={{\"spec\":{{\"nodeName\":\"{cluster.Worker}\"}}}}",
            "--",
            "sleep",
            "1000"
        );
        await cluster.AwaitAsync("Running", TimeSpan.FromMinutes(2), "get", "pod", pod, "-o", "jsonpath={.status.phase}");
        await cluster.KubectlAsync("delete", "pod", pod, "--grace-period=0", "--force");
    }

    private Task ToEngineAsync(string reference, byte[] large, string text) =>
        cluster.Engine.Images.LoadAsync((stream, token) => WriteAsync(stream, reference, large, text, token), null, CancellationToken.None);

    private static async Task WriteAsync(Stream target, string reference, byte[] large, string text, CancellationToken cancellationToken)
    {
        byte[][] layers =
        [
            Layer("bin/busybox", await File.ReadAllBytesAsync("/bin/busybox", cancellationToken)),
            large,
            Layer("text", Encoding.UTF8.GetBytes(text)),
        ];
        string[] diffIds = [.. layers.Select(layer => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(layer)))];
        byte[] config = Encoding.UTF8.GetBytes(
            JsonSerializer.Serialize(
                new
                {
                    architecture = "amd64",
                    os = "linux",
                    config = new { Entrypoint = new[] { "/bin/busybox" } },
                    rootfs = new { type = "layers", diff_ids = diffIds },
                }
            )
        );
        byte[] manifest = Encoding.UTF8.GetBytes(
            JsonSerializer.Serialize(
                new[]
                {
                    new
                    {
                        Config = "config.json",
                        RepoTags = new[] { reference },
                        Layers = new[] { "0.tar", "1.tar", "2.tar" },
                    },
                }
            )
        );
        await using TarWriter tar = new(target, TarEntryFormat.Ustar, leaveOpen: true);
        await BusyboxArchive.AddAsync(tar, "config.json", config, cancellationToken);
        foreach ((byte[] layer, int number) in layers.Select((layer, number) => (layer, number)))
            await BusyboxArchive.AddAsync(tar, $"{number}.tar", layer, cancellationToken);
        await BusyboxArchive.AddAsync(tar, "manifest.json", manifest, cancellationToken);
    }

    private static byte[] Layer(string name, byte[] content)
    {
        using MemoryStream layer = new();
        using (TarWriter tar = new(layer, TarEntryFormat.Ustar, leaveOpen: true))
            tar.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(content),
                    Mode = (UnixFileMode)0x1ed,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                }
            );
        return layer.ToArray();
    }
}

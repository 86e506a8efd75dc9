using System.Text;
using NodeForge.EndToEnd.Tests.Containerd;
using NodeForge.EndToEnd.Tests.Engines;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines.Containers;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>containerd treats what the build wrote as its own: images come and go beside the preloaded ones, garbage is collected, the node
/// is restarted, and nothing else is lost.</summary>
[Trait("Category", "EndToEnd")]
[Collection(LivingClusterCollection.Name)]
public sealed class Preloaded_images_over_a_node_s_life(LivingCluster cluster)
{
    private const string Blobs = "/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256";
    private const string Added = "docker.io/nodeforge-test/added:1";
    private const string Removed = "docker.io/nodeforge-test/removed:1";

    // No worker runs it, and no other image has its layer.
    private const string Unneeded = "k8s.gcr.io/kube-scheduler:v1.20.2";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task An_image_is_added_others_are_removed_garbage_is_collected_and_the_node_restarts()
    {
        string[] preloaded = [.. (await CheckedAsync()).Keys];
        string[] files = await ListAsync("/usr/lib/nodeforge/blobs/sha256");
        // Other tests of this cluster leave images of their own in the worker.
        string[] links = [.. (await ListAsync(Blobs)).Intersect(files)];
        Assert.Contains(Unneeded, preloaded);
        Assert.Equal(files, links);

        await ImportAsync(stream => BusyboxArchive.WriteAsync(stream, Added, CancellationToken.None));
        await ImportAsync(stream => BusyboxArchive.WriteNodeAsync(stream, Removed, "true", CancellationToken.None));
        string[] gone = [.. await NamesAsync(Removed, 2), .. await NamesAsync(Unneeded, 3)];
        await CtrAsync(["images", "rm", "--sync", .. gone]);
        await CollectGarbageAsync();
        await AssertAsync(preloaded, gone);
        string[] unlinked = [.. links.Except(await ListAsync(Blobs))];
        Assert.Equal(3, unlinked.Length); // manifest, config and layer of the preloaded one
        Assert.Equal(files, await ListAsync("/usr/lib/nodeforge/blobs/sha256"));

        (await LivingCluster.NodeForgeAsync("stop", "node", cluster.Worker, "--name", cluster.Name)).Succeeded();
        (await LivingCluster.NodeForgeAsync("start", "node", cluster.Worker, "--name", cluster.Name)).Succeeded();

        await cluster.AwaitAsync(
            "True True",
            Patience,
            "get",
            "nodes",
            "-o",
            "jsonpath={.items[*].status.conditions[?(@.type==\"Ready\")].status}"
        );
        await AssertAsync(preloaded, gone);
        await CollectGarbageAsync();
        await AssertAsync(preloaded, gone);
        Assert.Empty(unlinked.Intersect(await ListAsync(Blobs)));
    }

    /// <summary>All that was preloaded and not removed is there and whole, and so is what was added.</summary>
    private async Task AssertAsync(string[] preloaded, string[] gone)
    {
        Dictionary<string, string> images = await CheckedAsync();
        Assert.Empty(preloaded.Except(gone).Append(Added).Except(images.Keys));
        Assert.Empty(gone.Intersect(images.Keys));
        Assert.All(images, image => Assert.Equal("complete", image.Value));
    }

    private async Task<Dictionary<string, string>> CheckedAsync() => CtrTable.Checked(await CtrAsync("images", "check"));

    private async Task<string[]> NamesAsync(string image, int count)
    {
        // Preloaded by tag, digest and image ID; imported by tag, and the CRI adds the image ID a moment later.
        string digest = (await CtrAsync("images", "ls", $"name=={image}")).Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[
            2
        ];
        string[] names = [];
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(10),
            async () =>
                (
                    names = [
                        .. (await CtrAsync("images", "ls", "-q", $"target.digest=={digest}")).Split(
                            '\n',
                            StringSplitOptions.RemoveEmptyEntries
                        ),
                    ]
                ).Length == count
        );
        return names;
    }

    // Deleting a lease waits for a collection. 'ctr content prune references' is another thing: it takes the layers of every image away.
    private async Task CollectGarbageAsync()
    {
        await CtrAsync("leases", "create", "--id", "collect");
        await CtrAsync("leases", "delete", "--sync", "collect");
    }

    private async Task<string[]> ListAsync(string folder) =>
        (await cluster.RunAsync(cluster.Worker, "ls", folder)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<string> CtrAsync(params string[] arguments) =>
        cluster.RunAsync(cluster.Worker, ["ctr", "--namespace", "k8s.io", .. arguments]);

    private async Task ImportAsync(Func<Stream, Task> write)
    {
        using MemoryStream archive = new(),
            said = new();
        await write(archive);
        archive.Position = 0;
        int code = await cluster.Engine.Containers.ExecAsync(
            cluster.Worker,
            new ExecSpec(["ctr", "--namespace", "k8s.io", "images", "import", "-"]),
            archive,
            said,
            said,
            CancellationToken.None
        );
        Assert.True(code == 0, Encoding.UTF8.GetString(said.ToArray()));
    }
}

using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Images.Exporting;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>The shipped node recipe with <c>preload: {unpack: true}</c>, as a control plane and a worker.</summary>
[Trait("Category", "Long")]
[Collection(NodeImageCollection.Name)]
public sealed class A_node_whose_images_lie_unpacked
{
    private const string Reference = "nodeforge/node:test-unpacked";

    [Fact]
    public async Task Runs_its_pods_from_files_that_all_nodes_share_and_keeps_them()
    {
        await BuildAsync();
        await using MadeCluster cluster = await MadeCluster.CreateAsync(
            new NodeForge.Clusters.Configuration.ClusterConfig
            {
                Nodes = [new(), new() { Role = NodeForge.Clusters.Configuration.NodeRole.Worker }],
            },
            Reference
        );
        await AssertAllUnpackedAsync(cluster);
        // The control plane's sandboxes and containers lie on what the image has, which is not below /var.
        string mounts = await cluster.RunAsync(cluster.First, "grep", "-E", "^overlay /run/containerd", "/proc/mounts");
        Assert.All(
            mounts.Split('\n'),
            mount =>
                Assert.Matches(
                    "lowerdir=/(usr/lib/nodeforge/snapshots/[0-9a-f]{64}|var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/[1-6])/fs",
                    mount
                )
        );
        foreach (string node in cluster.Nodes)
            Assert.InRange(
                long.Parse(
                    (
                        await cluster.RunAsync(
                            node,
                            "du",
                            "--summarize",
                            "--bytes",
                            "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs"
                        )
                    ).Split('\t')[0],
                    System.Globalization.CultureInfo.InvariantCulture
                ),
                0,
                16 << 20
            );

        await cluster.RunAsync(cluster.First, "ctr", "--namespace=k8s.io", "leases", "create", "--id=collect");
        await cluster.RunAsync(cluster.First, "ctr", "--namespace=k8s.io", "leases", "delete", "--sync", "collect"); // waits for a garbage collection
        await cluster.StopAsync(cluster.First);
        await cluster.StartAsync(cluster.First);
        await cluster.AllReadyAsync(TimeSpan.FromMinutes(3));
        await AssertAllUnpackedAsync(cluster);
    }

    private static async Task AssertAllUnpackedAsync(MadeCluster cluster)
    {
        string[][] images =
        [
            .. (await cluster.RunAsync(cluster.First, "ctr", "--namespace=k8s.io", "images", "check"))
                .Split('\n')[1..]
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        ];
        Assert.Equal(18, images.Length); // six images, each with three names
        Assert.All(images, image => Assert.Equal(("complete", "true"), (image[3], image[^1])));
    }

    // By the library: the command would ask for a lock of its own, and that for the network.
    private static async Task BuildAsync()
    {
        Forge forge = new(new() { Host = HostEnvironment.FromProcess(), Cache = Checkout.Cache }, SilentReporter.Instance);
        NodeImageRecipe recipe = (NodeImageRecipe)forge.Read(new(Checkout.NodeRecipe, null, new Dictionary<string, string>(), []));
        RecipeLock locked = RecipeLockFile.Read(Checkout.NodeLock, Checkout.NodeRecipe);
        locked = locked with
        {
            Parts = [.. locked.Parts.Select(part => part.Layers is null ? part : part with { Output = null, Layers = null })],
        };
        ImagePlan plan = forge.Plan(recipe with { Preload = recipe.Preload with { Unpack = true } }, locked, Platform.LinuxAmd64);
        Image image = await forge.AssembleAsync(plan, CancellationToken.None);
        await forge.ExportAsync(
            [image],
            ImageOutputs.Parse(["docker-daemon:" + Reference], Reference, "none", offline: true),
            CancellationToken.None
        );
    }
}

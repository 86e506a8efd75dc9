using NodeForge.EndToEnd.Tests.Containerd;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>kind 0.27 of Debian trixie takes our image for one of its own.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class Debians_kind_with_our_node_image(NodeImage node)
{
    [Fact]
    public async Task Makes_a_cluster_that_is_ready()
    {
        string kind = Path.Combine(await DebianPackages.UnpackAsync("trixie", "kind"), "usr/bin/kind");
        Assert.Contains("0.27", await ProgramRun.OutputAsync(kind, "version"), StringComparison.Ordinal);
        string name = "nf-kind-" + Path.GetRandomFileName()[..6];
        Dictionary<string, string?> settings = new() { ["KUBECONFIG"] = Path.Combine(node.Folder, name + ".kubeconfig") };
        try
        {
            ProgramRun created = await ProgramRun.TryAsync(
                [kind, "create", "cluster", "--name", name, "--image", NodeImage.Reference, "--wait", "180s"],
                settings
            );
            created.Succeeded();
            string nodes = await ProgramRun.OutputAsync(
                "docker",
                "exec",
                name + "-control-plane",
                "kubectl",
                "--kubeconfig=/etc/kubernetes/admin.conf",
                "get",
                "nodes",
                "--no-headers"
            );
            string[] only = Assert
                .Single(nodes.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal((name + "-control-plane", "Ready", "v1.20.2"), (only[0], only[1], only[4]));

            // kind makes /var a volume, and the engine copies the image's into it: of the preloaded blobs that must be links alone.
            string kilobytes = await ProgramRun.OutputAsync(
                "docker",
                "exec",
                name + "-control-plane",
                "du",
                "-sk",
                "/var/lib/containerd/io.containerd.content.v1.content"
            );
            Assert.InRange(int.Parse(kilobytes.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture), 1, 1024);
            Dictionary<string, string> images = CtrTable.Checked(
                await ProgramRun.OutputAsync("docker", "exec", name + "-control-plane", "ctr", "--namespace", "k8s.io", "images", "check")
            );
            Assert.Contains("k8s.gcr.io/kube-apiserver:v1.20.2", images.Keys);
            Assert.All(images, static image => Assert.Equal("complete", image.Value));
        }
        finally
        {
            (await ProgramRun.TryAsync([kind, "delete", "cluster", "--name", name], settings)).Succeeded();
        }
    }
}

using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>What nodes tell of themselves comes out under kind's names, from those that run and from those that do not.</summary>
[Trait("Category", "EndToEnd")]
[Collection(LivingClusterCollection.Name)]
public sealed class Exporting_logs_of_a_cluster(LivingCluster cluster)
{
    private static readonly string[] OfANode =
    [
        "alternatives.log",
        "containerd.log",
        "images.log",
        "inspect.json",
        "journal.log",
        "kubelet.log",
        "kubernetes-version.txt",
        "serial.log",
    ];

    [Fact]
    public async Task A_folder_for_each_node_with_what_kind_would_have_saved()
    {
        // What a hostile node would lay there.
        await cluster.RunAsync(
            cluster.Worker,
            "sh",
            "-c",
            "ln -sf /etc/passwd /var/log/passwd; ln -sfn / /var/log/root; mkfifo /var/log/pipe"
        );
        string folder = Path.Combine(cluster.Folder, "logs");
        ProgramRun run = (await LivingCluster.NodeForgeAsync("export", "logs", folder, "--name", cluster.Name)).Succeeded();

        Assert.Equal(folder, run.Output.Trim());
        Assert.Contains(
            "\"ServerVersion\"",
            await File.ReadAllTextAsync(Path.Combine(folder, "docker-info.txt")),
            StringComparison.Ordinal
        );
        Assert.NotEmpty(await File.ReadAllTextAsync(Path.Combine(folder, "nodeforge-version.txt")));
        foreach (string node in (string[])[cluster.ControlPlane, cluster.Worker])
            Assert.All(
                OfANode.Where(file => file != "alternatives.log"),
                file => Assert.True(new FileInfo(Path.Combine(folder, node, file)).Length > 0, $"{node}/{file} is empty or missing")
            );
        Assert.Contains(
            "v1.20.2",
            await File.ReadAllTextAsync(Path.Combine(folder, cluster.Worker, "kubernetes-version.txt")),
            StringComparison.Ordinal
        );
        string apiServer = Assert.Single(
            Directory.EnumerateFiles(Path.Combine(folder, cluster.ControlPlane, "containers"), "kube-apiserver-*.log")
        );
        Assert.NotEmpty(await File.ReadAllTextAsync(apiServer));
        Assert.False(
            Path.Exists(Path.Combine(folder, cluster.Worker, "passwd"))
                || Path.Exists(Path.Combine(folder, cluster.Worker, "root"))
                || Path.Exists(Path.Combine(folder, cluster.Worker, "pipe"))
        );
        Assert.All(
            Directory
                .EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
                .Select(path => new FileInfo(path))
                .Where(file => file.LinkTarget is not null),
            link =>
                Assert.StartsWith(
                    folder + "/",
                    Path.GetFullPath(Path.Combine(link.DirectoryName!, link.LinkTarget!)),
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public async Task The_kubeconfig_inside_the_clusters_network_names_the_control_plane()
    {
        string file = Path.Combine(cluster.Folder, "inside");
        (
            await LivingCluster.NodeForgeAsync("export", "kubeconfig", "--name", cluster.Name, "--internal", "--kubeconfig", file)
        ).Succeeded();
        Assert.Contains($"server: https://{cluster.ControlPlane}:6443", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await using FileStream content = File.OpenRead(file);
        using MemoryStream output = new();
        int code = await cluster.Engine.Containers.ExecAsync(
            cluster.Worker,
            new NodeForge.Engines.Containers.ExecSpec(["kubectl", "--kubeconfig=/dev/stdin", "get", "--raw", "/readyz"]),
            content,
            output,
            output,
            CancellationToken.None
        );
        Assert.Equal((0, "ok"), (code, System.Text.Encoding.UTF8.GetString(output.ToArray())));
    }
}

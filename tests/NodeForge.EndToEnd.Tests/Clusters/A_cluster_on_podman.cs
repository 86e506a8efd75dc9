using System.Text.Json;
using NodeForge.EndToEnd.Tests.Engines;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>A cluster's whole life on Podman, by the command line and Podman's own variable.</summary>
[Trait("Category", "Long")]
[Collection(NodeImageCollection.Name)]
public sealed class A_cluster_on_podman(NodeImage image, PodmanService podman) : IClassFixture<PodmanService>, IDisposable
{
    private const string Name = "nf-podman";
    private readonly string folder = Directory.CreateTempSubdirectory("nf-podman-cluster-").FullName;

    private string Kubeconfig => Path.Combine(folder, "kubeconfig");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_is_made_loaded_stopped_started_and_removed_as_on_docker()
    {
        using EngineClient engine = await EngineClient.ConnectAsync(podman.Endpoint, CancellationToken.None);
        await using (FileStream archive = File.OpenRead(image.DockerArchive))
            await engine.Images.LoadAsync((stream, token) => archive.CopyToAsync(stream, token), null, CancellationToken.None);
        string file = Path.Combine(folder, "cluster.yaml");
        string shared = Directory.CreateDirectory(Path.Combine(folder, "shared")).FullName;
        await File.WriteAllTextAsync(Path.Combine(shared, "greeting"), "hello");
        await File.WriteAllTextAsync(
            file,
            $$"""
            kind: Cluster
            apiVersion: kind.x-k8s.io/v1alpha4
            nodes:
            - role: control-plane
            - role: worker
              extraMounts:
              - {hostPath: {{shared}}, containerPath: /shared, selinuxRelabel: true, propagation: HostToContainer}
            """
        );

        await NodeForgeAsync(
            "create",
            "cluster",
            "--name",
            Name,
            "--image",
            NodeImage.Reference,
            "--config",
            file,
            "--kubeconfig",
            Kubeconfig
        );
        Assert.Equal(
            [$"{Name}-control-plane", $"{Name}-worker"],
            Lines(await NodeForgeAsync("get", "nodes", "--name", Name)).Order(StringComparer.Ordinal)
        );
        Assert.Equal(2, await ReadyAsync(engine));
        Assert.Equal("hello", await RunAsync(engine, $"{Name}-worker", "cat", "/shared/greeting"));

        const string loaded = "nodeforge-test/podman:1";
        await engine.Images.LoadAsync((stream, token) => BusyboxArchive.WriteAsync(stream, loaded, token), null, CancellationToken.None);
        await NodeForgeAsync("load", "image", loaded, "--name", Name);
        Assert.Contains(
            $"docker.io/{loaded}",
            await RunAsync(engine, $"{Name}-worker", "ctr", "--namespace", "k8s.io", "images", "list", "--quiet"),
            StringComparison.Ordinal
        );

        await NodeForgeAsync("export", "logs", Path.Combine(folder, "logs"), "--name", Name);
        Assert.NotEqual(0, new FileInfo(Path.Combine(folder, "logs", $"{Name}-control-plane", "kubelet.log")).Length);

        await NodeForgeAsync("stop", "cluster", "--name", Name);
        Assert.All(await engine.Containers.ListAsync([], CancellationToken.None), node => Assert.Equal("exited", node.State));
        await NodeForgeAsync("start", "cluster", "--name", Name);
        Assert.Equal(2, await ReadyAsync(engine));

        await NodeForgeAsync("delete", "cluster", "--name", Name, "--kubeconfig", Kubeconfig);
        Assert.Empty(await engine.Containers.ListAsync([], CancellationToken.None));
        Assert.Empty(await engine.Volumes.ListAsync([], CancellationToken.None));
        Assert.DoesNotContain(
            await engine.Networks.ListAsync([], CancellationToken.None),
            network => network.Name.Contains(Name, StringComparison.Ordinal)
        );
    }

    private async Task<string> NodeForgeAsync(params string[] arguments) =>
        (await ProgramRun.TryAsync(Checkout.NodeForge(arguments), podman.Variables)).Succeeded().Output;

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<int> ReadyAsync(EngineClient engine)
    {
        using JsonDocument nodes = JsonDocument.Parse(
            await RunAsync(
                engine,
                $"{Name}-control-plane",
                "kubectl",
                "--kubeconfig=/etc/kubernetes/admin.conf",
                "get",
                "nodes",
                "-o",
                "json"
            )
        );
        return nodes
            .RootElement.GetProperty("items")
            .EnumerateArray()
            .Count(node =>
                node.GetProperty("status")
                    .GetProperty("conditions")
                    .EnumerateArray()
                    .Any(condition =>
                        condition.GetProperty("type").GetString() == "Ready" && condition.GetProperty("status").GetString() == "True"
                    )
            );
    }

    private static async Task<string> RunAsync(EngineClient engine, string node, params string[] command)
    {
        using MemoryStream output = new();
        int code = await engine.Containers.ExecAsync(node, new ExecSpec(command), (Stream?)null, output, output, CancellationToken.None);
        string text = System.Text.Encoding.UTF8.GetString(output.ToArray());
        Assert.True(code == 0, $"{string.Join(' ', command)} in {node} returned {code}: {text}");
        return text;
    }
}

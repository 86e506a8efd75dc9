using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Nodes;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>Clusters from the node image, on the engine that the environment names.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class ARealCluster : IAsyncLifetime
{
    private readonly string name = "nf-e2e-" + Path.GetRandomFileName()[..6];
    private readonly string folder = Directory.CreateTempSubdirectory("nf-cluster-").FullName;
    private EngineClient engine = null!;

    private string KubeconfigPath => Path.Combine(folder, "kubeconfig");

    private CreateOptions Options => new() { Kubeconfig = KubeconfigPath, DiagnosticsFolder = folder };

    private ClusterProvisioner Provisioner => new(engine, SilentReporter.Instance, HostEnvironment.FromProcess());

    public async ValueTask InitializeAsync() =>
        engine = await EngineClient.ConnectAsync(new EngineDiscovery(HostEnvironment.FromProcess()).Find(), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Provisioner.DeleteAsync(name, KubeconfigPath, CancellationToken.None);
        engine.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task One_node_becomes_Ready_and_leaves_nothing_behind()
    {
        CreatedCluster made = await Provisioner.CreateAsync(new() { Name = name }, NodeImage.Reference, Options, CancellationToken.None);
        Assert.Equal([$"{name}-control-plane"], made.Nodes);
        Assert.Contains(name, await new ClusterCatalog(engine).ClustersAsync(CancellationToken.None));
        Assert.Contains(
            "True",
            await KubectlAsync("get", "nodes", "-o", "jsonpath={.items[*].status.conditions[?(@.type==\"Ready\")].status}"),
            StringComparison.Ordinal
        );
        Assert.Contains($"kind-{name}", await File.ReadAllTextAsync(KubeconfigPath), StringComparison.Ordinal);

        NodeForgeException again = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Provisioner.CreateAsync(new() { Name = name }, NodeImage.Reference, Options, CancellationToken.None)
        );
        Assert.Equal(ErrorCodes.ClusterExists, again.Diagnostics[0].Code);

        Assert.True(await Provisioner.DeleteAsync(name, KubeconfigPath, CancellationToken.None));
        Assert.False(await Provisioner.DeleteAsync(name, KubeconfigPath, CancellationToken.None));
        await AssertNothingLeftAsync();
        Assert.DoesNotContain($"kind-{name}", await File.ReadAllTextAsync(KubeconfigPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_is_no_node_is_named_and_leaves_nothing_behind()
    {
        string image = $"nodeforge-test/{name}:1";
        await engine.Images.LoadAsync(
            (stream, token) => Engines.BusyboxArchive.WriteAsync(stream, image, token),
            null,
            CancellationToken.None
        );
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Provisioner.CreateAsync(new() { Name = name }, image, Options, CancellationToken.None)
        );
        Assert.Equal(ErrorCodes.NodeImageInvalid, failure.Diagnostics[0].Code);
        await AssertNothingLeftAsync();
        await engine.Images.RemoveAsync(image, force: true, CancellationToken.None);
    }

    [Fact]
    public async Task A_creation_that_is_cancelled_leaves_nothing_behind()
    {
        using CancellationTokenSource interrupt = new(TimeSpan.FromSeconds(4));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Provisioner.CreateAsync(new() { Name = name }, NodeImage.Reference, Options, interrupt.Token)
        );
        await AssertNothingLeftAsync();
    }

    private async Task AssertNothingLeftAsync()
    {
        Assert.Empty(await engine.Containers.ListAsync([$"io.x-k8s.kind.cluster={name}"], CancellationToken.None));
        Assert.Empty(await engine.Networks.ListAsync([$"dev.nodeforge.cluster={name}"], CancellationToken.None));
        Assert.Empty(await engine.Volumes.ListAsync([$"dev.nodeforge.cluster={name}"], CancellationToken.None));
    }

    private async Task<string> KubectlAsync(params string[] arguments)
    {
        using MemoryStream output = new();
        int code = await engine.Containers.ExecAsync(
            $"{name}-control-plane",
            new ExecSpec(["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", .. arguments]),
            (Stream?)null,
            output,
            output,
            CancellationToken.None
        );
        string text = System.Text.Encoding.UTF8.GetString(output.ToArray());
        Assert.True(code == 0, text);
        return text;
    }
}

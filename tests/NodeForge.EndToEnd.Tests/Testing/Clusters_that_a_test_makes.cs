using System.Globalization;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Nodes;
using NodeForge.EndToEnd.Tests.Clusters;
using NodeForge.EndToEnd.Tests.Engines;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Containers;
using NodeForge.Oci.Transports;
using NodeForge.Testing;

namespace NodeForge.EndToEnd.Tests.Testing;

/// <summary>NodeForge.Testing, as a test of somebody else's uses it.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class Clusters_that_a_test_makes : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-testing-").FullName;
    private EngineClient engine = null!;

    private string UsersKubeconfig => Path.Combine(folder, "users-kubeconfig");

    public async ValueTask InitializeAsync() =>
        engine = await EngineClient.ConnectAsync(new EngineDiscovery(HostEnvironment.FromProcess()).Find(), CancellationToken.None);

    public ValueTask DisposeAsync()
    {
        engine.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_cluster_answers_runs_images_of_the_engine_and_is_gone_after_a_run_that_was_killed()
    {
        string image = $"nodeforge-test/{Path.GetRandomFileName()[..6]}:1";
        await engine.Images.LoadAsync((stream, token) => BusyboxArchive.WriteAsync(stream, image, token), null, CancellationToken.None);
        try
        {
            await using TestCluster cluster = Wanted("killed").WithName("nf-e2e").WithImages(image).Build();
            Assert.Throws<InvalidOperationException>(() => cluster.Name);
            await cluster.StartAsync();

            ListedNode node = Assert.Single(await cluster.GetNodesAsync());
            Assert.Equal($"{cluster.Name}-control-plane", node.Name);
            Assert.Contains("current-context: kind-" + cluster.Name, await cluster.GetKubeconfigAsync(), StringComparison.Ordinal);
            Assert.Contains($"server: https://{node.Name}:6443", await cluster.GetKubeconfigAsync(within: true), StringComparison.Ordinal);
            Assert.Contains("kind-" + cluster.Name, await File.ReadAllTextAsync(cluster.KubeconfigPath), StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(cluster.KubeconfigPath));
            Assert.False(File.Exists(UsersKubeconfig));
            Assert.Equal("ok", await ApiServer.ReadyAsync(await PortAsync(node.Name)));
            ExecResult listed = await cluster.ExecAsync(node.Name, ["crictl", "images", "--quiet", "docker.io/" + image]);
            Assert.Equal((0, true), (listed.ExitCode, listed.Output.Length > 0));

            await StartInVainAsync("killed");
            Assert.Single(await ContainersAsync(cluster.Name)); // Its test still runs.
            LeaveBehind(cluster.Name, "next");
            await StartInVainAsync("next");
            Assert.Empty(await ContainersAsync(cluster.Name));
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "next", "testing"), "*.lease"));
        }
        finally
        {
            await engine.Images.RemoveAsync(image, force: true, CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_cluster_to_be_reused_outlives_its_test_and_is_found_by_the_next()
    {
        await using TestCluster first = Wanted("reuse").WithName("nf-e2e").WithReuse().Build();
        await first.StartAsync();
        string name = first.Name;
        try
        {
            string made = Assert.Single(await ContainersAsync(name)).Id;
            await first.DisposeAsync();
            await using TestCluster second = Wanted("reuse").WithName("nf-e2e").WithReuse().Build();
            await second.StartAsync();
            Assert.Equal((name, made), (second.Name, Assert.Single(await ContainersAsync(second.Name)).Id));

            await engine.Containers.StopAsync(made, TimeSpan.FromSeconds(30), CancellationToken.None);
            await using TestCluster third = Wanted("reuse").WithName("nf-e2e").WithReuse().Build();
            await third.StartAsync();
            Assert.Equal((name, made), (third.Name, Assert.Single(await ContainersAsync(third.Name)).Id));
            Assert.Contains(
                "Ready",
                (
                    await third.ExecAsync(name + "-control-plane", ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "get", "nodes"])
                ).Output,
                StringComparison.Ordinal
            );
        }
        finally
        {
            await new ClusterProvisioner(engine, SilentReporter.Instance, HostEnvironment.FromProcess()).DeleteAsync(
                name,
                UsersKubeconfig,
                CancellationToken.None
            );
        }
    }

    [Fact]
    public async Task A_cluster_comes_out_of_a_bundle_with_the_nodes_of_its_cluster_file_and_its_images()
    {
        string image = $"nodeforge-test/{Path.GetRandomFileName()[..6]}:1";
        string archive = Path.Combine(folder, "app.tar");
        await using (FileStream file = File.Create(archive))
            await BusyboxArchive.WriteAsync(file, image, CancellationToken.None);
        string nodes = Path.Combine(folder, "site.yaml");
        await File.WriteAllTextAsync(
            nodes,
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{role: control-plane}, {role: worker}]\n"
        );
        string bundle = Path.Combine(folder, "site.nfb");
        Forge forge = new(
            ForgeOptions.From(Host("bundle").With("NODEFORGE_CACHE", Path.Combine(folder, "cache"))),
            SilentReporter.Instance
        );
        await forge.Bundles.CreateAsync(
            new([ImageTransport.Parse("docker-daemon:" + NodeImage.Reference)])
            {
                Others = [ImageTransport.Parse("docker-archive:" + archive)],
                ClusterFile = nodes,
                Output = bundle,
            },
            CancellationToken.None
        );
        try
        {
            await using TestCluster cluster = ClusterBuilder.FromBundle(bundle).WithHost(Host("bundle")).WithName("nf-e2e").Build();
            await cluster.StartAsync();
            Assert.Equal(
                [$"{cluster.Name}-control-plane", $"{cluster.Name}-worker"],
                (await cluster.GetNodesAsync()).Select(node => node.Name).Order()
            );
            ExecResult listed = await cluster.ExecAsync(cluster.Name + "-worker", ["crictl", "images", "--quiet", "docker.io/" + image]);
            Assert.Equal((0, true), (listed.ExitCode, listed.Output.Length > 0));
        }
        finally
        {
            await engine.Images.RemoveAsync(image, force: true, CancellationToken.None);
        }
    }

    private ClusterBuilder Wanted(string state, string image = NodeImage.Reference) => new ClusterBuilder(image).WithHost(Host(state));

    private HostEnvironment Host(string state) =>
        HostEnvironment.FromProcess().With("NODEFORGE_STATE", Path.Combine(folder, state)).With("KUBECONFIG", UsersKubeconfig);

    private async Task StartInVainAsync(string state)
    {
        await using TestCluster cluster = Wanted(state, image: "nodeforge-test/none:1").Build();
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => cluster.StartAsync());
        Assert.True(failure.Is(ErrorCodes.EngineObjectMissing), failure.ToString());
    }

    // What a process that was killed leaves: its lease, and nobody who holds it.
    private void LeaveBehind(string cluster, string state)
    {
        string leases = Directory.CreateDirectory(Path.Combine(folder, state, "testing")).FullName;
        File.WriteAllLines(Path.Combine(leases, cluster + ".lease"), [engine.Endpoint.Address.ToString()]);
    }

    private Task<IReadOnlyList<ContainerSummary>> ContainersAsync(string cluster) =>
        engine.Containers.ListAsync([$"io.x-k8s.kind.cluster={cluster}"], CancellationToken.None);

    private async Task<int> PortAsync(string node)
    {
        ContainerDetails? details = await engine.Containers.FindAsync(node, CancellationToken.None);
        return int.Parse(details!.NetworkSettings.Ports!["6443/tcp"]![0].HostPort, CultureInfo.InvariantCulture);
    }
}

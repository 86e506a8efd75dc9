using System.Collections.Concurrent;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Nodes;
using NodeForge.EndToEnd.Tests.Disturbances;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>What can be known is found before anything is made; what happens later leaves nothing in the engine. The kubeconfig is as it
/// was in both cases.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class When_the_kubeconfig_cannot_be_written : IAsyncLifetime, IForgeReporter
{
    private const string Foreign = "# mine\napiVersion: v1\nkind: Config\ncontexts: []\ncurrent-context: \"\"\n";

    private readonly string name = "nf-e2e-" + Path.GetRandomFileName()[..6];
    private readonly string folder = Directory.CreateTempSubdirectory("nf-kubeconfig-").FullName;
    private readonly ConcurrentQueue<string> begun = [];
    private EngineClient engine = null!;
    private SmallDisk disk = null!;

    // Modes do not hold root back, who runs these tests: a file system of the test's own does.
    private string Config => Path.Combine(disk.Folder, "config");

    private ClusterProvisioner Provisioner => new(engine, this, HostEnvironment.FromProcess(), Path.Combine(folder, "creations"));

    private CreateOptions Options => new() { Kubeconfig = Config, DiagnosticsFolder = Path.Combine(folder, "diagnostics") };

    void IForgeReporter.Report(ForgeEvent happened)
    {
        if (happened is StepStarted step)
            begun.Enqueue(step.Title);
    }

    public async ValueTask InitializeAsync()
    {
        engine = await EngineClient.ConnectAsync(new EngineDiscovery(HostEnvironment.FromProcess()).Find(), CancellationToken.None);
        disk = await SmallDisk.MountAsync(Path.Combine(folder, "disk"), 1);
        await File.WriteAllTextAsync(Config, Foreign);
    }

    public async ValueTask DisposeAsync()
    {
        await Provisioner.DeleteAsync(name, Path.Combine(folder, "none"), CancellationToken.None);
        engine.Dispose();
        await disk.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_read_only_disk_is_found_before_anything_is_made()
    {
        await disk.RemountAsync("ro");
        await AssertFoundBeforehandAsync(ErrorCodes.PathNotUsable, "Read-only file system");
    }

    [Fact]
    public async Task A_read_only_file_is_found_before_anything_is_made()
    {
        await ProgramRun.OutputAsync("mount", "--bind", Config, Config);
        await ProgramRun.OutputAsync("mount", "-o", "remount,bind,ro", Config);
        await AssertFoundBeforehandAsync(ErrorCodes.PathNotUsable, "Read-only file system");
        await ProgramRun.OutputAsync("umount", Config);
    }

    [Fact]
    public async Task A_file_that_is_mounted_by_itself_is_found_before_anything_is_made()
    {
        await ProgramRun.OutputAsync("mount", "--bind", Config, Config);
        await AssertFoundBeforehandAsync(ErrorCodes.PathNotUsable, "a mounted file");
        await ProgramRun.OutputAsync("umount", Config);
    }

    [Fact]
    public async Task A_full_disk_is_found_before_anything_is_made()
    {
        disk.Fill();
        await AssertFoundBeforehandAsync(ErrorCodes.DiskFull, "No space left on device");
    }

    [Fact]
    public async Task A_lock_that_was_left_behind_is_found_before_anything_is_made()
    {
        await File.WriteAllTextAsync(Config + ".lock", "");
        await AssertFoundBeforehandAsync(ErrorCodes.KubeconfigBusy, Config + ".lock, made at ");
    }

    [Fact]
    public async Task A_disk_that_fills_meanwhile_takes_the_cluster_with_it()
    {
        Task<CreatedCluster> creating = Provisioner.CreateAsync(
            new() { Name = name },
            NodeImage.Reference,
            Options,
            CancellationToken.None
        );
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(60),
            async () => (await new ClusterCatalog(engine).NodesAsync(name, CancellationToken.None)).Any(node => node.State == "running")
        );
        disk.Fill();

        Diagnostic told = (await Assert.ThrowsAsync<NodeForgeException>(() => creating)).Diagnostics[0];

        Assert.Equal((ErrorCodes.DiskFull, Config), (told.Code, told.Where!.Resource));
        Assert.Contains("write kubeconfig", begun);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_cluster_is_exported_and_removed_once_the_disk_allows_it()
    {
        await Provisioner.CreateAsync(new() { Name = name }, NodeImage.Reference, Options, CancellationToken.None);
        string whole = await File.ReadAllTextAsync(Config);
        Assert.Contains($"current-context: kind-{name}", whole, StringComparison.Ordinal);
        ClusterCatalog catalog = new(engine);

        disk.Fill();
        await FailsAsync(ErrorCodes.DiskFull, () => catalog.ExportAsync(name, Config, within: false, CancellationToken.None));
        Assert.Equal(whole, await File.ReadAllTextAsync(Config));
        await disk.RemountAsync("size=2m");
        Assert.Equal("kind-" + name, (await catalog.ExportAsync(name, Config, within: false, CancellationToken.None)).Context);

        whole = await File.ReadAllTextAsync(Config);
        await disk.RemountAsync("ro");
        Diagnostic told = await FailsAsync(ErrorCodes.PathNotUsable, () => Provisioner.DeleteAsync(name, Config, CancellationToken.None));
        Assert.EndsWith($"then nodeforge delete cluster --name {name} takes the context out", told.Hint, StringComparison.Ordinal);
        Assert.Equal(whole, await File.ReadAllTextAsync(Config));
        await AssertEngineEmptyAsync();

        await disk.RemountAsync("rw");
        Assert.False(await Provisioner.DeleteAsync(name, Config, CancellationToken.None));
        Assert.DoesNotContain(name, await File.ReadAllTextAsync(Config), StringComparison.Ordinal);
    }

    private async Task AssertFoundBeforehandAsync(ErrorCode code, string got)
    {
        Diagnostic told = await FailsAsync(
            code,
            () => Provisioner.CreateAsync(new() { Name = name }, NodeImage.Reference, Options, CancellationToken.None)
        );
        Assert.Contains(got, told.Got, StringComparison.Ordinal);
        Assert.Empty(begun);
        await AssertNothingLeftAsync();
    }

    private static async Task<Diagnostic> FailsAsync(ErrorCode code, Func<Task> act)
    {
        Diagnostic told = Assert.Single((await Assert.ThrowsAsync<NodeForgeException>(act)).Diagnostics);
        Assert.Equal(code, told.Code);
        Assert.NotNull(told.Hint);
        return told;
    }

    private async Task AssertNothingLeftAsync()
    {
        await AssertEngineEmptyAsync();
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "creations")));
        Assert.Equal(Foreign, await File.ReadAllTextAsync(Config));
        Assert.Empty(Directory.GetFiles(disk.Folder, ".*"));
    }

    private async Task AssertEngineEmptyAsync()
    {
        Assert.Empty(await engine.Containers.ListAsync([$"io.x-k8s.kind.cluster={name}"], CancellationToken.None));
        Assert.Empty(await engine.Networks.ListAsync([$"dev.nodeforge.cluster={name}"], CancellationToken.None));
        Assert.Empty(await engine.Volumes.ListAsync([$"dev.nodeforge.cluster={name}"], CancellationToken.None));
    }
}

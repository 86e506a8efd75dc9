using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines.Connecting;
using NodeForge.Kubernetes.Kubeconfigs;
using NodeForge.TestSupport;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

/// <summary>Kubeconfig, unfinished creations, proxies and relative paths are those of the host that is handed in, whatever the process
/// has.</summary>
public sealed class ClustersOfAHost : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-host-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("KUBECONFIG", "mine", "mine")]
    [InlineData("OTHER", "", ".kube/config")]
    public async Task A_cluster_is_taken_out_of_the_host_s_kubeconfig(string name, string value, string file)
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects();
        string path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        KubeconfigFile.Add(path, new("lab", new("https://127.0.0.1:1"), "ca", new("certificate", "key")));

        await Provider(engine, (name, value)).DeleteAsync("lab", null, default);

        Assert.DoesNotContain("kind-lab", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NODEFORGE_STATE", "state", "state")]
    [InlineData("XDG_STATE_HOME", "xdg", "xdg/nodeforge")]
    [InlineData("OTHER", "", ".local/state/nodeforge")]
    public async Task An_unfinished_creation_is_forgotten_where_the_host_keeps_it(string name, string value, string state)
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects();
        string creations = Path.Combine(folder, state, "creations");
        using (
            CreationJournal killed = CreationJournal.Begin(creations, "lab", EngineEndpoint.Parse("unix://" + engine.SocketPath, "test"))
        )
            killed.Write(new() { Cluster = "lab", Creation = "c1" });
        Assert.Single(Directory.GetFiles(creations, "*.json"));

        await Provider(engine, (name, value)).DeleteAsync("lab", "kubeconfig", default);

        Assert.Empty(Directory.GetFiles(creations, "*.json"));
    }

    [Fact]
    public async Task The_proxies_that_are_judged_are_the_host_s()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects();
        CheckedMachine machine = await Provider(engine, ("https_proxy", "http://proxy.test:3128")).CheckAsync(new(), null, default);
        Assert.Equal("HTTPS_PROXY=http://proxy.test:3128", machine.Checks.Single(check => check.Name == "proxies").Finding);
    }

    private ClusterProvider Provider(ScriptedEngine engine, (string Name, string Value) variable) =>
        new(
            TestHost.In(folder, ("DOCKER_HOST", "unix://" + engine.SocketPath), variable),
            SilentReporter.Instance,
            new(Path.Combine(folder, "diagnostics"), Path.Combine(folder, "scratch"))
        );
}

using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Trials;
using NodeForge.Engines;
using NodeForge.TestSupport;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Clusters.Tests;

/// <summary>An image is booted where nobody gets in or out but by this machine.</summary>
public sealed class TryingImages : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-trial-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task An_engine_of_another_machine_is_refused_before_anything_is_made()
    {
        await using ScriptedEngine engine = new();
        await using TlsEngine front = new(engine.SocketPath);
        using EngineClient client = await EngineClient.ConnectAsync(front.Endpoint, CancellationToken.None);
        ClusterProvisioner provisioner = new(client, SilentReporter.Instance, TestHost.In(folder), folder);
        TrialLeases leases = new(client, provisioner, SilentReporter.Instance, TestHost.In(folder), folder, folder);
        NodeTrial trial = new(client, provisioner, leases);
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            trial.RunAsync("node:1", new CreateOptions(), CancellationToken.None)
        );
        Assert.Equal(ErrorCodes.TrialEngineElsewhere, failure.Diagnostics[0].Code);
        Assert.DoesNotContain(engine.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
    }
}

using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Trials;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.TestSupport;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

/// <summary>What a killed trial leaves goes with the next run, and what lives stays.</summary>
public sealed class SweepingTrials : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-sweep-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_killed_trial_s_cluster_image_and_kubeconfig_go_and_its_lease_last()
    {
        await using ScriptedEngine engine = new();
        Script(engine);
        using EngineClient client = await engine.ConnectAsync();
        TrialLeases leases = Leases(client);
        leases.Take("nf-trial-1", "nodeforge.local/trial:1").Dispose();
        await File.WriteAllTextAsync(leases.KubeconfigOf("nf-trial-1"), "");

        await leases.SweepAsync(default);

        Assert.Contains(engine.Requests, request => request.Contains("nf-trial-1", StringComparison.Ordinal));
        Assert.Contains("DELETE /images/nodeforge.local/trial:1", engine.Requests.Select(request => request.Split('?')[0]));
        Assert.False(File.Exists(leases.KubeconfigOf("nf-trial-1")));
        Assert.Empty(Directory.GetFiles(Trials));
    }

    [Fact]
    public async Task An_image_that_was_there_before_the_trial_stays()
    {
        await using ScriptedEngine engine = new();
        Script(engine);
        using EngineClient client = await engine.ConnectAsync();
        TrialLeases leases = Leases(client);
        leases.Take("nf-trial-1", "nodeforge/node:mine").Dispose();
        await leases.SweepAsync(default);
        Assert.DoesNotContain(engine.Requests, request => request.StartsWith("DELETE /images", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(Trials));
    }

    [Fact]
    public async Task A_trial_that_goes_on_and_one_of_another_engine_are_left_alone()
    {
        await using ScriptedEngine engine = new();
        Script(engine);
        using EngineClient client = await engine.ConnectAsync();
        TrialLeases leases = Leases(client);
        using CreationJournal living = leases.Take("nf-trial-1", "node:1");
        EngineEndpoint other = EngineEndpoint.Parse("unix:///run/other.sock", "test");
        using (CreationJournal elsewhere = CreationJournal.Begin(Trials, "nf-trial-2", other))
            elsewhere.Write(new() { Cluster = "nf-trial-2", Engine = other.ToString() });

        await leases.SweepAsync(default);

        Assert.DoesNotContain(engine.Requests, request => request.Contains("nf-trial", StringComparison.Ordinal));
        Assert.Equal(2, Directory.GetFiles(Trials, "*.json").Length);
    }

    [Fact]
    public async Task What_cannot_be_removed_is_tried_again_by_the_next_run()
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /containers/json", 500, """{"message":"not now"}""").On("GET /networks", 200, "[]").On("GET /volumes", 200, "{}");
        using EngineClient client = await engine.ConnectAsync();
        TrialLeases leases = Leases(client);
        leases.Take("nf-trial-1", "node:1").Dispose();
        await leases.SweepAsync(default);
        Assert.Single(Directory.GetFiles(Trials, "*.json"));
    }

    private string Trials => Path.Combine(folder, "trials");

    private static void Script(ScriptedEngine engine) => engine.WithObjects().On("DELETE /images/", 200, "[]");

    private TrialLeases Leases(EngineClient client) =>
        new(
            client,
            new(client, SilentReporter.Instance, TestHost.In(folder), Path.Combine(folder, "creations")),
            SilentReporter.Instance,
            TestHost.In(folder),
            Trials,
            folder
        );
}

using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.TestSupport;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class KeepingAJournal : IForgeReporter, IDisposable
{
    private static readonly EngineEndpoint Endpoint = EngineEndpoint.Parse("unix:///run/docker.sock", "test");

    private readonly string folder = Path.Combine(Directory.CreateTempSubdirectory("nf-journal-").FullName, "creations");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);

    void IForgeReporter.Report(ForgeEvent happened) { }

    [Fact]
    public void A_creation_that_ends_leaves_no_entry()
    {
        using (CreationJournal journal = CreationJournal.Begin(folder, "lab", Endpoint))
        {
            journal.Write(new() { Cluster = "lab", Creation = "c1" });
            Assert.Single(Directory.GetFiles(folder, "*.json"));
            journal.End();
        }

        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void A_creation_that_is_refused_before_it_began_leaves_nothing()
    {
        CreationJournal.Begin(folder, "lab", Endpoint).Dispose();
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Two_creations_of_one_name_do_not_go_on_at_once()
    {
        using CreationJournal journal = CreationJournal.Begin(folder, "lab", Endpoint);
        journal.Write(new() { Process = 4711, Started = DateTimeOffset.UnixEpoch });

        Diagnostic told = Assert.Single(
            Assert.Throws<NodeForgeException>(() => CreationJournal.Begin(folder, "lab", Endpoint)).Diagnostics
        );
        Assert.Equal((ErrorCodes.ClusterBusy, "process 4711, since 1970-01-01 00:00:00Z"), (told.Code, told.Got));

        CreationJournal.Begin(folder, "other", Endpoint).Dispose();
        CreationJournal.Begin(folder, "lab", EngineEndpoint.Parse("unix:///run/other.sock", "test")).Dispose();
    }

    [Fact]
    public void The_next_run_sees_what_a_killed_one_began()
    {
        CreationEntry entry = new()
        {
            Cluster = "lab",
            Creation = "c1",
            Process = 4711,
            Engine = "e",
            Started = DateTimeOffset.UnixEpoch,
        };
        using (CreationJournal killed = CreationJournal.Begin(folder, "lab", Endpoint))
            killed.Write(entry);
        using (CreationJournal next = CreationJournal.Begin(folder, "lab", Endpoint))
            Assert.Equal(entry, next.Previous);
        CreationJournal.Forget(folder, "lab", Endpoint);
        using CreationJournal after = CreationJournal.Begin(folder, "lab", Endpoint);
        Assert.Null(after.Previous);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"cluster\":\"la")]
    public void A_cut_off_entry_is_none(string text)
    {
        using (CreationJournal killed = CreationJournal.Begin(folder, "lab", Endpoint))
            killed.Write(new());
        File.WriteAllText(Assert.Single(Directory.GetFiles(folder, "*.json")), text);
        using CreationJournal next = CreationJournal.Begin(folder, "lab", Endpoint);
        Assert.Null(next.Previous);
    }

    [Fact]
    public void Without_a_place_to_write_it_a_cluster_can_still_be_made()
    {
        string file = Path.Combine(Path.GetDirectoryName(folder)!, "file");
        File.WriteAllText(file, "");
        using CreationJournal journal = CreationJournal.Begin(Path.Combine(file, "below"), "lab", Endpoint);
        journal.Write(new());
        journal.End();
    }

    [Fact]
    public async Task A_half_made_cluster_is_told_apart_from_one_that_is_whole()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(
            $$"""[{"Id":"n","Names":["/lab-control-plane"],"State":"running","Labels":{"{{ClusterLabels.Cluster}}":"lab","{{ClusterLabels.Creation}}":"c1"} }]"""
        );
        using EngineClient client = await engine.ConnectAsync();
        ClusterProvisioner provisioner = new(client, this, TestHost.In(folder), folder);
        Task create() => provisioner.CreateAsync(new() { Name = "lab" }, "node:1", new(), CancellationToken.None);

        Assert.Equal(ErrorCodes.ClusterExists, Assert.Single(await FailsAsync(create)).Code);

        using (CreationJournal killed = CreationJournal.Begin(folder, "lab", client.Endpoint))
            killed.Write(
                new()
                {
                    Cluster = "lab",
                    Creation = "c1",
                    Process = 4711,
                    Started = DateTimeOffset.UnixEpoch,
                }
            );
        Diagnostic told = Assert.Single(await FailsAsync(create));
        Assert.Equal(
            (ErrorCodes.ClusterHalfMade, "lab-control-plane (running), made by process 4711 since 1970-01-01 00:00:00Z"),
            (told.Code, told.Got)
        );
    }
}

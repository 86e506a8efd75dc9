using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class NodesThatFail
{
    [Fact]
    public async Task A_program_that_fails_is_told_with_node_command_and_its_last_lines()
    {
        await using ScriptedEngine engine = new();
        engine.WithPrograms("lab-control-plane", 2, "[init] begins\n", string.Join('\n', Enumerable.Range(1, 20)) + "\ncannot bind\n");
        using EngineClient client = await engine.ConnectAsync();
        ClusterNode node = new(client, "lab-control-plane", "lab-control-plane");

        Diagnostic told = Assert.Single(await FailsAsync(() => node.RunAsync(["/usr/bin/kubeadm", "init"], CancellationToken.None)));

        Assert.Equal((ErrorCodes.NodeProgramFailed, "kubeadm failed in the node"), (told.Code, told.What));
        Assert.Equal(("lab-control-plane", "/usr/bin/kubeadm init"), (told.Where!.Resource, told.Where.Detail));
        Assert.StartsWith("exit code 2: 10 / 11 /", told.Got, StringComparison.Ordinal);
        Assert.EndsWith("/ cannot bind", told.Got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_end_is_ended_in_the_node_and_told_with_its_last_lines()
    {
        await using ScriptedEngine engine = new();
        engine.WithPrograms("lab-control-plane2", 124, "", "etcd cluster is not healthy\n");
        using EngineClient client = await engine.ConnectAsync();
        ClusterNode node = new(client, "lab-control-plane2", "lab-control-plane2");

        Diagnostic told = Assert.Single(
            await FailsAsync(() => node.RunAsync(["kubeadm", "join"], TimeSpan.FromMinutes(5), CancellationToken.None))
        );

        Assert.Equal(
            (ErrorCodes.NodeProgramFailed, "kubeadm failed in the node", "kubeadm join"),
            (told.Code, told.What, told.Where!.Detail)
        );
        Assert.Equal("not done after 300 s: etcd cluster is not healthy", told.Got);
    }

    [Fact]
    public async Task What_the_engine_refuses_for_a_moment_is_asked_again()
    {
        await using ScriptedEngine engine = new();
        int started = 0,
            asked = 0;
        engine
            .WithPrograms("lab-control-plane", 0, "done\n", "")
            .On(
                "POST /containers/lab-control-plane/start",
                call =>
                    ++started == 1
                        ? call.AnswerAsync(400, """{"message":"network nodeforge-lab is ambiguous (2 matches found on name)"}""")
                        : call.AnswerAsync(204, "")
            )
            .On(
                "POST /containers/lab-control-plane/exec",
                call =>
                    ++asked == 1
                        ? call.AnswerAsync(409, """{"message":"Container 5c48 is restarting, wait until the container is running"}""")
                        : call.AnswerAsync(201, """{"Id":"e1"}""")
            );
        using EngineClient client = await engine.ConnectAsync();
        ClusterNode node = new(client, "lab-control-plane", "lab-control-plane");

        await node.StartAsync(CancellationToken.None);
        Assert.Equal("done\n", await node.RunAsync(["true"], CancellationToken.None));

        Assert.Equal((2, 2), (started, asked));
    }

    // on-failure starts a node once more; Docker took the call before it ended.
    [Fact]
    public async Task A_program_that_met_a_node_between_two_starts_is_run_again()
    {
        await using ScriptedEngine engine = new();
        int asked = 0;
        engine
            .On("POST /containers/lab-worker/exec", 201, """{"Id":"e1"}""")
            .On(
                "POST /exec/e1/start",
                async call =>
                {
                    Stream raw = await call.UpgradeAsync();
                    string said =
                        ++asked == 1 ? "OCI runtime exec failed: exec failed: cannot exec in a stopped container: unknown\r\n" : "done\n";
                    await raw.WriteAsync(ScriptedCall.Frame(1, said));
                    await call.EndUpgradedAsync();
                }
            )
            .On("GET /exec/e1/json", call => call.AnswerAsync(200, $$"""{"Running":false,"ExitCode":{{(asked == 1 ? 126 : 0)}}}"""));
        using EngineClient client = await engine.ConnectAsync();
        ClusterNode node = new(client, "lab-worker", "lab-worker");

        Assert.Equal("done\n", await node.RunAsync(["true"], CancellationToken.None));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_node_whose_system_takes_no_orders_is_told_with_what_it_said_last()
    {
        await using ScriptedEngine engine = new();
        engine.WithPrograms("lab-worker", 1, "", "Failed to connect to bus\n");
        using EngineClient client = await engine.ConnectAsync();
        ClusterNode node = new(client, "lab-worker", "lab-worker");

        Diagnostic told = Assert.Single(
            await FailsAsync(() => node.StartUnitAsync("kubelet.service", TimeSpan.FromSeconds(2), CancellationToken.None))
        );

        Assert.Equal((ErrorCodes.NodeBootTimeout, "lab-worker"), (told.Code, told.Where!.Resource));
        Assert.StartsWith("Failed to connect to bus after", told.Got, StringComparison.Ordinal);
        Assert.True(
            engine.Requests.Count(request => request.EndsWith("/exec", StringComparison.Ordinal)) > 1,
            "it is asked again until the time is over"
        );
    }

    [Theory]
    [InlineData("write /var/lib/containerd/meta.db: no space left on device", true)]
    [InlineData("inotify_add_watch /etc: no space left on device", false)]
    [InlineData("all is well", false)]
    public async Task A_node_that_says_twice_that_it_has_no_space_left_is_not_waited_for(string said, bool full)
    {
        await using ScriptedEngine engine = new();
        engine.WithPrograms("lab-control-plane", 1, said + "\n", "tail: cannot open\n");
        using EngineClient client = await engine.ConnectAsync();
        FullDiskWatch watch = new(new(client, "lab-control-plane", "lab-control-plane"), TimeSpan.Zero);

        await watch.CheckAsync(CancellationToken.None);
        if (full)
            Assert.Equal(
                (ErrorCodes.DiskFull, said),
                (await FailsAsync(() => watch.CheckAsync(CancellationToken.None))).Select(told => (told.Code, told.Got)).Single()
            );
        else
            await watch.CheckAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData(false, "exit code 255: Failed to mount cgroup / Exiting PID 1...", "cgroups")]
    [InlineData(true, "exit code 255, killed for lack of memory: Failed to mount cgroup / Exiting PID 1...", "memory")]
    public async Task A_dead_node_is_told_with_its_last_words(bool lacksMemory, string got, string hint)
    {
        await using ScriptedEngine engine = new();
        Dead(engine, lacksMemory);
        using EngineClient client = await engine.ConnectAsync();
        using DiagnosticsFolder folder = new();

        Diagnostic? told = await NodeDiagnostics.SaveAsync(
            client,
            new ContainerSummary { Id = "lab-worker", Names = ["/lab-worker"] },
            folder.Path,
            CancellationToken.None
        );

        Assert.Equal((ErrorCodes.NodeDied, "lab-worker", got), (told?.Code, told?.Where?.Resource, told?.Got));
        Assert.Contains(hint, told!.Hint, StringComparison.Ordinal);
        Assert.Equal("Failed to mount cgroup\nExiting PID 1...\n", File.ReadAllText(Path.Combine(folder.Path, "console.log")));
    }

    [Fact]
    public async Task A_node_s_death_comes_before_what_failed_because_of_it_and_everything_is_removed()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects();
        Dead(engine, lacksMemory: false);
        int removed = 0;
        string made = Node("lab-worker", "worker", "exited")
            .Replace("\"Labels\":{", $"\"Labels\":{{\"{ClusterLabels.Creation}\":\"c1\",", StringComparison.Ordinal);
        engine.On("GET /containers/json", call => call.AnswerAsync(200, removed == 0 ? made : "[]"));
        engine.On(
            "DELETE /containers/lab-worker",
            call =>
            {
                removed++;
                return call.AnswerAsync(204, "");
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        using DiagnosticsFolder folder = new();
        NodeForgeException cause = new(new Diagnostic(ErrorCodes.NodeBootTimeout, "the kubelet does not start"));

        FailedNodes failed = new(
            client,
            new Deaf(),
            TimeProvider.System,
            ClusterProvisioner.Scope(client, new() { Cluster = "lab", Creation = "c1" }, new() { DiagnosticsFolder = folder.Path })
        );
        Exception told = await failed.ExplainAsync(cause, CancellationToken.None);

        Assert.Equal(
            [ErrorCodes.NodeDied, ErrorCodes.NodeBootTimeout],
            Assert.IsType<NodeForgeException>(told).Diagnostics.Select(diagnostic => diagnostic.Code)
        );
        Assert.Equal(1, removed);
        Assert.True(failed.LeftNothing);
        // Another creation's parts, of a cluster of that name, are none of its business.
        Assert.All(
            engine.Requests.Where(request => request.Contains("/json?all", StringComparison.Ordinal)),
            request => Assert.Contains("dev.nodeforge.creation%3Dc1", request, StringComparison.Ordinal)
        );
    }

    private static void Dead(ScriptedEngine engine, bool lacksMemory)
    {
        engine.On(
            "GET /containers/lab-worker/json",
            200,
            $$"""{"Id":"lab-worker","Config":{"Tty":true},"State":{"Status":"exited","Running":false,"ExitCode":255,"OOMKilled":{{(lacksMemory ? "true" : "false")}} } }"""
        );
        engine.On("GET /containers/lab-worker/logs", call => call.StreamAsync(["Failed to mount cgroup\nExiting PID 1...\n"u8.ToArray()]));
    }

    private sealed class Deaf : IForgeReporter
    {
        public void Report(ForgeEvent happened) { }
    }

    private sealed class DiagnosticsFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("nf-diagnostics-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

using System.Diagnostics;
using System.Text.Json;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Cli.Tests;

public sealed class ManagingClusters
{
    [Fact]
    public async Task Of_several_clusters_those_are_told_that_were_deleted()
    {
        await using ScriptedEngine engine = Empty();
        CommandRun run = await RunAsync(
            engine,
            "delete",
            "clusters",
            "none",
            "none",
            "nowhere",
            "-o",
            "json",
            "--kubeconfig",
            "/dev/null/x"
        );
        Assert.True(run.Exit == 0, run.Error);
        Assert.Empty(JsonDocument.Parse(run.Out).RootElement.GetProperty("deleted").EnumerateArray());
        Assert.Equal(2, run.Error.Split("there was none").Length - 1);
    }

    [Fact]
    public async Task One_cluster_that_cannot_be_deleted_does_not_keep_the_others()
    {
        await using ScriptedEngine engine = Empty();
        engine.On(
            "GET /containers/json",
            call => call.AnswerAsync(call.Request.Contains("first", StringComparison.Ordinal) ? 500 : 200, "[]")
        );
        CommandRun run = await RunAsync(engine, "delete", "clusters", "first", "second", "--kubeconfig", "/dev/null/x");
        Assert.Equal(5, run.Exit);
        Assert.Contains("NF5507", run.Error, StringComparison.Ordinal);
        Assert.Contains("delete cluster second there was none", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get clusters", "the engine has no clusters\n")]
    [InlineData("get nodes --name lab", "there is no cluster lab\n")]
    [InlineData("get nodes --name lab -o wide", "there is no cluster lab\n")]
    [InlineData("get nodes -A", "the engine has no clusters\n")]
    [InlineData("get nodes -q", "")]
    public async Task Where_there_is_nothing_to_list_that_is_told_beside_the_list(string line, string told)
    {
        await using ScriptedEngine engine = Empty();
        Assert.Equal(new CommandRun(0, "", told), await RunAsync(engine, line.Split(' ')));
    }

    // timeout(1) sends its signal to the program and to the program's group.
    [Fact]
    public async Task A_signal_that_comes_twice_at_once_is_one()
    {
        await using ScriptedEngine engine = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.On(
            "GET /containers/json",
            async _ =>
            {
                asked.TrySetResult();
                await Task.Delay(TimeSpan.FromMinutes(1));
            }
        );
        using Process process = OwnProcess.Start(engine, "get", "clusters");
        await asked.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Signals.SendTerminate(process);
        await Task.Delay(20);
        if (!process.HasExited)
            Signals.SendTerminate(process);
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(143, process.ExitCode);
        Assert.Equal("stopping and cleaning up; once more to stop at once\n", errors);
    }

    private static ScriptedEngine Empty() =>
        new ScriptedEngine()
            .On("GET /containers/json", 200, "[]")
            .On("GET /networks", 200, "[]")
            .On("GET /volumes", 200, """{"Volumes":[]}""");

    private static Task<CommandRun> RunAsync(ScriptedEngine engine, params string[] args) =>
        CommandRoom.RunAsync(
            terminal: false,
            HostEnvironment.FromProcess().With("DOCKER_HOST", "unix://" + engine.SocketPath).With("KIND_CLUSTER_NAME", null),
            args
        );
}

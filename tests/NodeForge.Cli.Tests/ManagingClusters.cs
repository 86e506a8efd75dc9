using System.Runtime.InteropServices;
using System.Text.Json;
using NodeForge.Cli.Commands;
using NodeForge.Cli.Documents;
using NodeForge.Cli.Rendering;
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
            "/nonexistent/kubeconfig"
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
        CommandRun run = await RunAsync(engine, "delete", "clusters", "first", "second", "--kubeconfig", "/nonexistent/kubeconfig");
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

    [Theory]
    [InlineData("create cluster --image Foo:1")]
    [InlineData("doctor --image foo:1:2")]
    [InlineData("add node --image a/../b")]
    [InlineData("upgrade cluster --image foo@bar")]
    public async Task A_name_that_no_image_can_have_is_told_before_the_engine_is_asked(string line)
    {
        await using ScriptedEngine engine = Empty();
        CommandRun run = await RunAsync(engine, line.Split(' '));
        Assert.Equal(2, run.Exit);
        Assert.Contains("NF5101", run.Error, StringComparison.Ordinal);
        Assert.Empty(engine.Requests);
    }

    // timeout(1) sends its signal to the program and to the program's group.
    [Theory]
    [InlineData(3, nameof(Interruption.Answer.None))]
    [InlineData(200, nameof(Interruption.Answer.Leave))]
    public void A_signal_that_comes_twice_at_once_is_one(int later, string answer)
    {
        using Interruption interruption = new();
        Assert.Equal(Interruption.Answer.Stop, interruption.Hear(PosixSignal.SIGTERM, TimeSpan.Zero));
        Assert.Equal(answer, interruption.Hear(PosixSignal.SIGTERM, TimeSpan.FromMilliseconds(later)).ToString());
        Assert.Equal(ExitCode.Terminated, interruption.ExitCode);
    }

    [Theory]
    [InlineData("create cluster", "kubectl cluster-info --context kind-lab\n")]
    [InlineData("create cluster -q", "")]
    public void What_to_type_next_is_told_unless_quiet_was_asked_for(string line, string printed)
    {
        StringWriter output = new();
        using Interruption interruption = new();
        FrontEnd front = new(
            HostEnvironment.FromProcess(),
            new Terminal(output, TextWriter.Null, errorIsTerminal: false, _ => null),
            interruption
        );
        ClusterDocument made = new("lab", ["lab-control-plane"], "https://127.0.0.1:6443", "/root/.kube/config", []);
        CommandFrame frame = new(front, CommandTree.Create(front).Parse(line.Split(' ')));
        Assert.Equal(0, frame.Print(new(made, made.ToText(verbose: false)) { Next = made.Next(null) }));
        Assert.Equal(printed, output.ToString());
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

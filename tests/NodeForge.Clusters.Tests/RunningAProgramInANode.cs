using System.Text;
using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class RunningAProgramInANode
{
    private const string NotThere =
        """OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown""";

    [Theory]
    [InlineData(null)]
    [InlineData("lab")]
    public async Task A_node_is_found_by_its_name_and_the_program_s_exit_code_passed_on(string? cluster)
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Node("lab-worker", ClusterLabels.Worker, "running")).WithPrograms("lab-worker", 3, "out", "err");
        using EngineClient client = await engine.ConnectAsync();
        using MemoryStream output = new();
        using MemoryStream errors = new();
        int code = await new NodeExec(client).RunAsync(
            cluster,
            "lab-worker",
            ["ls"],
            new(Stream.Null, output, errors),
            CancellationToken.None
        );
        Assert.Equal((3, "out", "err"), (code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray())));
    }

    [Fact]
    public async Task Without_a_command_there_is_a_login_shell()
    {
        await using ScriptedEngine engine = new();
        List<string> asked = [];
        engine.WithObjects(Node("lab-worker", ClusterLabels.Worker, "running")).WithPrograms("lab-worker", 0, "", "");
        engine.On(
            "POST /containers/lab-worker/exec",
            async call =>
            {
                asked.AddRange(
                    JsonDocument
                        .Parse(await call.ReadTextAsync())
                        .RootElement.GetProperty("Cmd")
                        .EnumerateArray()
                        .Select(word => word.GetString()!)
                );
                await call.AnswerAsync(201, """{"Id":"e1"}""");
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        await ExecAsync(client, null, "lab-worker");
        Assert.Equal(["sh", "-c"], asked.Take(2));
        Assert.Contains("exec bash -l", asked[2], StringComparison.Ordinal);
        Assert.EndsWith("exec sh", asked[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "no cluster has such a node")]
    [InlineData("lab", "the cluster lab has no such node")]
    public async Task A_node_that_is_not_there_is_told_with_one_whose_name_is_near(string? cluster, string what)
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Node("lab-worker", ClusterLabels.Worker, "running"));
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(await FailsAsync(() => ExecAsync(client, cluster, "lab-worke", "ls")));
        Assert.Equal((ErrorCodes.NodeMissing, what, "did you mean lab-worker?"), (told.Code, told.What, told.Hint));
    }

    [Fact]
    public async Task Where_there_are_no_clusters_another_engine_may_be_meant()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects();
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(await FailsAsync(() => ExecAsync(client, null, "lab-worker", "ls")));
        Assert.Equal((ErrorCodes.NodeMissing, "no nodes at all"), (told.Code, told.Got));
        Assert.Contains("nodeforge get clusters", told.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_does_not_run_is_told_with_how_to_start_it()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Node("lab-worker", ClusterLabels.Worker, "exited"));
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(await FailsAsync(() => ExecAsync(client, null, "lab-worker", "ls")));
        Assert.Equal((ErrorCodes.NodeNotRunning, "exited", "nodeforge start node lab-worker --name lab"), (told.Code, told.Got, told.Hint));
    }

    [Theory]
    [InlineData(NotThere, "NF8065", ExitCode.ProgramNotFound)]
    [InlineData(
        """OCI runtime exec failed: exec failed: unable to start container process: exec: "/etc": permission denied: unknown""",
        "NF8066",
        ExitCode.ProgramNotRunnable
    )]
    public async Task A_program_that_there_is_not_or_that_cannot_be_run_ends_as_docker_exec_does(
        string words,
        string code,
        ExitCode exitCode
    )
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Node("lab-worker", ClusterLabels.Worker, "running")).WithPrograms("lab-worker", 126, words, "");
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(await FailsAsync(() => ExecAsync(client, null, "lab-worker", "nosuch")));
        Assert.Equal(
            (code, exitCode, "lab-worker", "nosuch", words),
            (told.Code.Id, told.Code.ExitCode, told.Where!.Resource, told.Where.Detail, told.Got)
        );
    }

    private static Task<int> ExecAsync(EngineClient client, string? cluster, string node, params string[] command) =>
        new NodeExec(client).RunAsync(cluster, node, command, new(Stream.Null, Stream.Null, Stream.Null), CancellationToken.None);
}

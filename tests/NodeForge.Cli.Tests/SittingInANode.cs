using System.Diagnostics;
using System.Text;
using NodeForge.Cli.Commands;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Cli.Tests;

public sealed class SittingInANode
{
    private const string Node =
        """[{"Id":"a","Names":["/lab-worker"],"State":"running","Labels":{"io.x-k8s.kind.cluster":"lab","io.x-k8s.kind.role":"worker"} }]""";

    [Fact]
    public async Task Through_pipes_bytes_arrive_as_they_are_and_the_exit_code_is_the_program_s()
    {
        await using ScriptedEngine engine = new();
        using MemoryStream input = new();
        byte[] odd = [0, 1, 0x0d, 0x0a, 0xff, 0xfe, 3];
        Script(
            engine,
            exitCode: 42,
            async (raw, call) =>
            {
                await raw.CopyToAsync(input);
                await raw.WriteAsync((byte[])[1, 0, 0, 0, 0, 0, 0, (byte)odd.Length, .. odd]);
                await raw.WriteAsync(ScriptedCall.Frame(2, "warned\n"));
                await call.EndUpgradedAsync();
            }
        );
        using Process process = OwnProcess.Start(engine, "exec", "lab-worker", "--", "cat", "-v", "@file");
        await process.StandardInput.BaseStream.WriteAsync(odd);
        process.StandardInput.Close();
        using MemoryStream output = new();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        Assert.Equal("warned\n", await process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.Equal(42, process.ExitCode);
        Assert.Equal(odd, output.ToArray());
        Assert.Equal(odd, input.ToArray());
    }

    [Fact]
    public async Task A_reader_that_goes_ends_it_as_a_shell_would_say()
    {
        await using ScriptedEngine engine = new();
        TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Script(
            engine,
            exitCode: 0,
            async (raw, _) =>
            {
                await raw.WriteAsync(ScriptedCall.Frame(1, "first\n"));
                await gone.Task;
                await raw.WriteAsync(ScriptedCall.Frame(1, "second\n"));
                await raw.CopyToAsync(Stream.Null);
            }
        );
        using Process process = OwnProcess.Start(engine, "exec", "lab-worker", "--", "yes");
        Assert.Equal("first", await process.StandardOutput.ReadLineAsync());
        process.StandardOutput.Close();
        gone.SetResult();
        await process.WaitForExitAsync();
        Assert.Equal((141, ""), (process.ExitCode, await process.StandardError.ReadToEndAsync()));
    }

    [Fact]
    public async Task At_a_terminal_keys_are_the_program_s_and_the_terminal_is_as_it_was_afterwards()
    {
        await using ScriptedEngine engine = new();
        string? size = null;
        byte[] typed = new byte[3];
        TaskCompletionSource resized = new(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.On(
            "POST /exec/e1/resize",
            call =>
            {
                size = call.Request;
                resized.TrySetResult();
                return call.AnswerAsync(201, "");
            }
        );
        Script(
            engine,
            exitCode: 7,
            async (raw, call) =>
            {
                await resized.Task;
                await raw.WriteAsync("ready\n"u8.ToArray());
                await raw.ReadExactlyAsync(typed);
                await raw.WriteAsync("\u001b[7mbye\n"u8.ToArray());
                await call.EndUpgradedAsync();
            }
        );
        // script(1) gives it a terminal of its own.
        string line = $"stty cols 91 rows 33; dotnet '{OwnProcess.Program}' exec lab-worker; echo ended $?; stty -a";
        using Process process = OwnProcess.StartProgram(engine, "script", "-qec", line, "/dev/null");
        StringBuilder said = new();
        await ReadUntilAsync(process, said, "ready\n");
        await process.StandardInput.WriteAsync("x\u0003\r");
        await process.StandardInput.FlushAsync();
        await ReadUntilAsync(process, said, " echoctl");
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.Equal("POST /exec/e1/resize?h=33&w=91", size);
        Assert.Equal("x\u0003\r"u8.ToArray(), typed);
        Assert.Contains("\u001b[7mbye\n", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("ended 7\r\n", said.ToString(), StringComparison.Ordinal);
        Assert.Contains(" icanon", said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("-icanon", said.ToString(), StringComparison.Ordinal);
    }

    // As docker exec has it; tail's -n would be the cluster's name otherwise.
    [Theory]
    [InlineData("exec node tail -n 5 file", "exec node -- tail -n 5 file")]
    [InlineData("exec --name lab node sh -c id", "exec --name lab node -- sh -c id")]
    [InlineData("exec -q node ls -o json", "exec -q node -- ls -o json")]
    [InlineData("-v exec node exec -q", "-v exec node -- exec -q")]
    [InlineData("exec node --name lab", "exec node --name lab")]
    [InlineData("exec node -- ls -n", "exec node -- ls -n")]
    [InlineData("get nodes -n lab", "get nodes -n lab")]
    public void What_follows_a_program_is_the_program_s(string line, string divided) =>
        Assert.Equal(divided.Split(' '), ExecCommand.Divided(CommandTree.Create(null!), line.Split(' ')));

    [Fact]
    public async Task What_fails_is_told_on_the_standard_error()
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /containers/json", 200, Node);
        CommandRun run = await OwnProcess.RunAsync(engine, "exec", "lab-worke", "--", "ls");
        Assert.Equal((7, ""), (run.Exit, run.Out));
        Assert.StartsWith("error NF8040", run.Error, StringComparison.Ordinal);
    }

    private static async Task ReadUntilAsync(Process process, StringBuilder said, string words)
    {
        char[] buffer = new char[1024];
        while (!said.ToString().Contains(words, StringComparison.Ordinal))
        {
            int read = await process.StandardOutput.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromMinutes(1));
            Assert.True(read > 0, $"ended after: {said}");
            said.Append(buffer, 0, read);
        }
    }

    private static void Script(ScriptedEngine engine, int exitCode, Func<Stream, ScriptedCall, Task> program)
    {
        engine.On("GET /containers/json", 200, Node);
        engine.On("POST /containers/a/exec", 201, """{"Id":"e1"}""");
        engine.On("POST /exec/e1/start", async call => await program(await call.UpgradeAsync(), call));
        engine.On("GET /exec/e1/json", 200, $$"""{"Running":false,"ExitCode":{{exitCode}}}""");
    }
}

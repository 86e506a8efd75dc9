using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using NodeForge.Engines.Containers;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Engines.Tests;

public sealed class SittingAtAProgram
{
    private const string NotThere =
        """OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown""";
    private const string Forbidden =
        """OCI runtime exec failed: exec failed: unable to start container process: exec: "/etc": permission denied: unknown""";

    [Fact]
    public async Task A_terminal_s_bytes_go_both_ways_as_they_are_and_each_size_is_told()
    {
        await using ScriptedEngine engine = new();
        List<bool> terminals = [];
        TaskCompletionSource resized = new(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.On(
            "POST /containers/node/exec",
            async call =>
            {
                terminals.Add(JsonDocument.Parse(await call.ReadTextAsync()).RootElement.GetProperty("Tty").GetBoolean());
                await call.AnswerAsync(201, """{"Id":"e1"}""");
            }
        );
        engine.On(
            "POST /exec/e1/start",
            async call =>
            {
                terminals.Add(JsonDocument.Parse(await call.ReadTextAsync()).RootElement.GetProperty("Tty").GetBoolean());
                Stream raw = await call.UpgradeAsync();
                byte[] typed = new byte[3];
                await raw.ReadExactlyAsync(typed);
                await raw.WriteAsync((byte[])[1, 0, 0, 0, .. typed, 0xff]);
                await resized.Task;
                await call.EndUpgradedAsync();
            }
        );
        engine.On("POST /exec/e1/resize?h=24&w=80", 201, "");
        engine.On(
            "POST /exec/e1/resize?h=50&w=132",
            call =>
            {
                resized.SetResult();
                return call.AnswerAsync(201, "");
            }
        );
        engine.On("GET /exec/e1/json", 200, """{"Running":false,"ExitCode":9}""");
        using EngineClient client = await engine.ConnectAsync();
        Channel<TerminalSize> sizes = Channel.CreateUnbounded<TerminalSize>();
        sizes.Writer.TryWrite(new(80, 24));
        sizes.Writer.TryWrite(new(132, 50));
        Pipe keys = new();
        await keys.Writer.WriteAsync("a\u0003\r"u8.ToArray());
        using MemoryStream output = new();
        ExecOutcome outcome = await client.Containers.AttachAsync(
            "node",
            new(["bash"]),
            new(keys.Reader.AsStream(), output, Stream.Null) { Terminal = sizes.Reader.ReadAllAsync() },
            CancellationToken.None
        );
        Assert.Equal(new(9), outcome);
        Assert.Equal([1, 0, 0, 0, (byte)'a', 3, (byte)'\r', 0xff], output.ToArray());
        Assert.Equal([true, true], terminals);
    }

    [Fact]
    public async Task A_size_that_comes_before_the_program_does_is_told_again()
    {
        await using ScriptedEngine engine = new();
        int asked = 0;
        TaskCompletionSource resized = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Script(
            engine,
            exitCode: 0,
            async (_, call) =>
            {
                await resized.Task;
                await call.EndUpgradedAsync();
            }
        );
        engine.On(
            "POST /exec/e1/resize",
            async call =>
            {
                await call.AnswerAsync(++asked < 3 ? 500 : 201, """{"message":"cannot resize a stopped container"}""");
                if (asked == 3)
                    resized.SetResult();
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        Channel<TerminalSize> sizes = Channel.CreateUnbounded<TerminalSize>();
        sizes.Writer.TryWrite(new(80, 24));
        await client.Containers.AttachAsync(
            "node",
            new(["bash"]),
            new(Stream.Null, Stream.Null, Stream.Null) { Terminal = sizes.Reader.ReadAllAsync() },
            CancellationToken.None
        );
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Without_a_terminal_the_two_outputs_are_told_apart_and_an_input_that_stays_open_is_not_waited_for()
    {
        await using ScriptedEngine engine = new();
        Script(
            engine,
            exitCode: 4,
            async (raw, call) =>
            {
                await raw.WriteAsync(ScriptedCall.Frame(1, "out"));
                await raw.WriteAsync(ScriptedCall.Frame(2, "err"));
                await call.EndUpgradedAsync();
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        using MemoryStream output = new();
        using MemoryStream errors = new();
        Pipe open = new();
        ExecOutcome outcome = await client
            .Containers.AttachAsync("node", new(["x"]), new(open.Reader.AsStream(), output, errors), CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(
            (4, "out", "err"),
            (outcome.ExitCode, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()))
        );
    }

    [Theory]
    [InlineData(NotThere, 126, 127)]
    [InlineData(NotThere, 127, 127)]
    [InlineData(Forbidden, 126, 126)]
    public async Task Docker_s_words_in_place_of_a_program_are_no_output(string words, int docker, int expected)
    {
        await using ScriptedEngine engine = new();
        Script(
            engine,
            docker,
            async (raw, call) =>
            {
                await raw.WriteAsync(ScriptedCall.Frame(1, words[..10]));
                await raw.WriteAsync(ScriptedCall.Frame(1, words[10..] + "\r\n"));
                await call.EndUpgradedAsync();
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        using MemoryStream output = new();
        Assert.Equal(
            new(expected, words),
            await client.Containers.AttachAsync("node", new(["nosuch"]), new(Stream.Null, output, Stream.Null), CancellationToken.None)
        );
        Assert.Empty(output.ToArray());
    }

    [Theory]
    [InlineData("OCI runtime exec failed: said the log\n", 0)]
    [InlineData("OCI runtime", 127)]
    [InlineData("OCI runtime exec failed, no", 126)]
    public async Task A_program_that_says_the_like_is_heard(string said, int exitCode)
    {
        await using ScriptedEngine engine = new();
        Script(
            engine,
            exitCode,
            async (raw, call) =>
            {
                await raw.WriteAsync(ScriptedCall.Frame(1, said));
                await call.EndUpgradedAsync();
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        using MemoryStream output = new();
        Assert.Equal(
            new(exitCode),
            await client.Containers.AttachAsync("node", new(["x"]), new(Stream.Null, output, Stream.Null), CancellationToken.None)
        );
        Assert.Equal(said, Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task Podman_s_refusal_is_the_same()
    {
        await using ScriptedEngine engine = new();
        engine.On("POST /containers/node/exec", 201, """{"Id":"e1"}""");
        engine.On(
            "POST /exec/e1/start",
            500,
            """{"message":"crun: executable file `nosuch` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found"}"""
        );
        using EngineClient client = await engine.ConnectAsync();
        ExecOutcome outcome = await client.Containers.AttachAsync(
            "node",
            new(["nosuch"]),
            new(Stream.Null, Stream.Null, Stream.Null),
            CancellationToken.None
        );
        Assert.Equal(127, outcome.ExitCode);
        Assert.Contains("crun", outcome.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_has_gone_is_not_told_as_the_engine_s_fault()
    {
        await using ScriptedEngine engine = new();
        Script(engine, exitCode: 0, async (raw, _) => await raw.WriteAsync(ScriptedCall.Frame(1, "more")));
        using EngineClient client = await engine.ConnectAsync();
        IOException failure = await Assert.ThrowsAsync<IOException>(() =>
            client.Containers.AttachAsync("node", new(["yes"]), new(Stream.Null, new Broken(), Stream.Null), CancellationToken.None)
        );
        Assert.Equal("the reader has gone", failure.Message);
    }

    [Fact]
    public async Task An_input_that_cannot_be_read_ends_it_with_its_own_reason()
    {
        await using ScriptedEngine engine = new();
        Script(engine, exitCode: 0, async (raw, _) => await raw.CopyToAsync(Stream.Null));
        using EngineClient client = await engine.ConnectAsync();
        IOException failure = await Assert.ThrowsAsync<IOException>(() =>
            client.Containers.AttachAsync("node", new(["cat"]), new(new Broken(), Stream.Null, Stream.Null), CancellationToken.None)
        );
        Assert.Equal("the input is broken", failure.Message);
    }

    private static void Script(ScriptedEngine engine, int exitCode, Func<Stream, ScriptedCall, Task> program)
    {
        engine.On("POST /containers/node/exec", 201, """{"Id":"e1"}""");
        engine.On("POST /exec/e1/start", async call => await program(await call.UpgradeAsync(), call));
        engine.On("GET /exec/e1/json", 200, $$"""{"Running":false,"ExitCode":{{exitCode}}}""");
    }

    private sealed class Broken : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("the reader has gone");

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            throw new IOException("the input is broken");
    }
}

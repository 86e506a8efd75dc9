using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NodeForge.Engines.Calling;
using NodeForge.Engines.Containers;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Engines.Tests;

public sealed class ContainersOfTheEngine
{
    [Fact]
    public async Task What_a_node_needs_is_said_in_the_engine_s_words()
    {
        await using ScriptedEngine engine = new();
        string body = string.Empty;
        engine.On(
            "POST /containers/create",
            async call =>
            {
                body = await call.ReadTextAsync();
                await call.AnswerAsync(201, """{"Id":"c1","Warnings":[]}""");
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        string id = await client.Containers.CreateAsync(
            new("node", "image")
            {
                Privileged = true,
                StopSignal = "SIGTERM",
                CgroupNamespace = "private",
                Network = "lab",
                IPv4Address = "10.1.0.2",
                Tmpfs = new Dictionary<string, string> { ["/run"] = "" },
                Mounts =
                [
                    new(MountKind.Volume, "", "/var/lib/etcd") { NoCopy = true },
                    new(MountKind.Bind, "/lib/modules", "/lib/modules") { ReadOnly = true },
                    new(MountKind.Bind, "/slave", "/slave") { Propagation = "rslave" },
                    new(MountKind.Bind, "/labelled", "/data")
                    {
                        ReadOnly = true,
                        Relabel = true,
                        Propagation = "rshared",
                    },
                    new(MountKind.Bind, "/own", "/own") { Relabel = true },
                ],
                Ports = [new(6443, 0, "127.0.0.1")],
            },
            CancellationToken.None
        );
        Assert.Equal("c1", id);
        Assert.Equal("SIGTERM", JsonDocument.Parse(body).RootElement.GetProperty("StopSignal").GetString());
        JsonElement host = JsonDocument.Parse(body).RootElement.GetProperty("HostConfig");
        Assert.True(host.GetProperty("Privileged").GetBoolean());
        Assert.Equal("private", host.GetProperty("CgroupnsMode").GetString());
        Assert.Equal("volume", host.GetProperty("Mounts")[0].GetProperty("Type").GetString());
        Assert.False(host.GetProperty("Mounts")[1].TryGetProperty("BindOptions", out _));
        Assert.Equal("rslave", host.GetProperty("Mounts")[2].GetProperty("BindOptions").GetProperty("Propagation").GetString());
        Assert.Equal(
            ["/labelled:/data:ro,Z,rshared", "/own:/own:Z"],
            host.GetProperty("Binds").EnumerateArray().Select(bind => bind.GetString())
        );
        Assert.False(host.TryGetProperty("PidsLimit", out _));
        Assert.Equal("127.0.0.1", host.GetProperty("PortBindings").GetProperty("6443/tcp")[0].GetProperty("HostIp").GetString());
        Assert.Equal(
            "10.1.0.2",
            JsonDocument
                .Parse(body)
                .RootElement.GetProperty("NetworkingConfig")
                .GetProperty("EndpointsConfig")
                .GetProperty("lab")
                .GetProperty("IPAMConfig")
                .GetProperty("IPv4Address")
                .GetString()
        );
    }

    [Fact]
    public async Task Podman_is_asked_for_as_many_processes_as_Docker_allows_by_itself()
    {
        await using ScriptedEngine engine = new();
        string body = string.Empty;
        engine.On("GET /_ping", call => call.AnswerAsync(200, "OK", ("Api-Version", "1.41"), ("Libpod-API-Version", "4.3.1")));
        engine.On(
            "POST /containers/create",
            async call =>
            {
                body = await call.ReadTextAsync();
                await call.AnswerAsync(201, """{"Id":"c1","Warnings":[]}""");
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        await client.Containers.CreateAsync(new("node", "image"), CancellationToken.None);
        Assert.Equal(-1, JsonDocument.Parse(body).RootElement.GetProperty("HostConfig").GetProperty("PidsLimit").GetInt64());
        Assert.Same(EngineDifferences.Podman, client.Differences);
    }

    [Theory]
    [InlineData(409, "Conflict. The container name \\\"/a\\\" is already in use by container \\\"b\\\"", "NF5505")]
    [InlineData(
        500,
        "container create: creating container storage: the container name \\\"a\\\" is already in use by 2e21. You have to remove that container to be able to reuse that name: that name is already in use",
        "NF5505"
    )]
    [InlineData(500, "network name a already used: network already exists", "NF5505")]
    [InlineData(
        500,
        "driver failed programming external connectivity: Bind for 127.0.0.1:6443 failed: port is already allocated",
        "NF5506"
    )]
    [InlineData(500, "listen tcp4 0.0.0.0:80: bind: address already in use", "NF5506")]
    [InlineData(404, "No such image: node:v1", "NF5508")]
    [InlineData(403, "Pool overlaps with other one on this address space", "NF5512")]
    [InlineData(500, "mkdir /var/lib/docker/overlay2/1: no space left on device", "NF9003")]
    [InlineData(500, "write /var/lib/docker/containers/1: disk quota exceeded", "NF9003")]
    [InlineData(500, "something else", "NF5507")]
    public async Task An_engine_s_refusal_gets_the_code_of_its_cause_and_keeps_its_words(int status, string message, string code)
    {
        await using ScriptedEngine engine = new();
        engine.On("POST /containers/a/start", status, $$"""{"message":"{{message}}"}""");
        using EngineClient client = await engine.ConnectAsync();
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            client.Containers.StartAsync("a", CancellationToken.None)
        );
        Assert.Equal(code, failure.Diagnostics[0].Code.Id);
        Assert.Contains(message.Replace("\\\"", "\"", StringComparison.Ordinal), failure.Diagnostics[0].Got, StringComparison.Ordinal);
        Assert.Contains(engine.SocketPath, failure.Diagnostics[0].Where?.Resource, StringComparison.Ordinal);
        Assert.Equal("POST /v1.41/containers/a/start", failure.Diagnostics[0].Where?.Detail);
    }

    [Theory]
    [InlineData(
        500,
        "driver failed programming external connectivity on endpoint lab: Bind for 0.0.0.0:8080 failed: port is already allocated",
        EngineRefusalKind.PortTaken,
        8080
    )]
    [InlineData(
        500,
        "Error starting userland proxy: listen tcp4 127.0.0.1:80: bind: address already in use",
        EngineRefusalKind.PortTaken,
        80
    )]
    [InlineData(500, "listen tcp6 [::1]:443: bind: address already in use", EngineRefusalKind.PortTaken, 443)]
    [InlineData(500, "bind: address already in use", EngineRefusalKind.PortTaken, null)]
    [InlineData(409, "Container 5c48 is restarting, wait until the container is running", EngineRefusalKind.Restarting, null)]
    [InlineData(400, "network nodeforge-lab is ambiguous (2 matches found on name)", EngineRefusalKind.Ambiguous, null)]
    [InlineData(409, "removal of container a is already in progress", EngineRefusalKind.BeingRemoved, null)]
    [InlineData(
        500,
        "crun: executable file `nothing` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found",
        EngineRefusalKind.NoProgram,
        null
    )]
    [InlineData(404, "No such container: a", EngineRefusalKind.Missing, null)]
    [InlineData(403, "Pool overlaps with other one on this address space", EngineRefusalKind.SubnetTaken, null)]
    [InlineData(500, "write /x:80: no space left on device", EngineRefusalKind.OutOfSpace, null)]
    [InlineData(500, "something else", EngineRefusalKind.Other, null)]
    public async Task A_refusal_says_its_cause_as_data(int status, string message, EngineRefusalKind kind, int? port)
    {
        await using ScriptedEngine engine = new();
        engine.On("POST /containers/a/start", status, $$"""{"message":"{{message}}"}""");
        using EngineClient client = await engine.ConnectAsync();
        EngineRefusal refusal = EngineRefusal.Of(
            await Assert.ThrowsAsync<NodeForgeException>(() => client.Containers.StartAsync("a", CancellationToken.None))
        )!;
        Assert.Equal((kind, port), (refusal.Kind, refusal.Port));
    }

    [Fact]
    public async Task A_program_reads_its_input_to_the_end_and_its_two_outputs_are_told_apart()
    {
        await using ScriptedEngine engine = new();
        ScriptExec(
            engine,
            exitCode: 3,
            async raw =>
            {
                using MemoryStream input = new();
                await raw.CopyToAsync(input);
                await raw.WriteAsync(ScriptedCall.Frame(1, "got " + Encoding.UTF8.GetString(input.ToArray())));
                await raw.WriteAsync(ScriptedCall.Frame(2, "warned"));
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        using MemoryStream output = new();
        using MemoryStream errors = new();
        int code = await client.Containers.ExecAsync(
            "node",
            new(["cat"]),
            new MemoryStream("input"u8.ToArray()),
            output,
            errors,
            CancellationToken.None
        );
        Assert.Equal(3, code);
        Assert.Equal("got input", Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal("warned", Encoding.UTF8.GetString(errors.ToArray()));
    }

    [Fact]
    public async Task A_program_that_ends_before_its_input_does_is_judged_by_its_exit_code_too()
    {
        await using ScriptedEngine engine = new();
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ScriptExec(
            engine,
            exitCode: 0,
            async raw =>
            {
                await raw.ReadExactlyAsync(new byte[4]);
                await raw.WriteAsync(ScriptedCall.Frame(1, "whole"));
                raw.Dispose();
                told.SetResult();
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        int code = await client.Containers.ExecAsync(
            "node",
            new(["tar"]),
            async (stream, token) =>
            {
                await stream.WriteAsync(new byte[4], token);
                await told.Task;
                // Until the end was seen here too, and the connection put away.
                await Task.Delay(TimeSpan.FromMilliseconds(200), token);
            },
            Stream.Null,
            Stream.Null,
            CancellationToken.None
        );
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task A_program_that_ends_before_its_input_is_read_is_judged_by_its_exit_code()
    {
        await using ScriptedEngine engine = new();
        ScriptExec(engine, exitCode: 1, async raw => await raw.WriteAsync(ScriptedCall.Frame(2, "no")));
        using EngineClient client = await engine.ConnectAsync();
        using MemoryStream errors = new();
        int code = await client.Containers.ExecAsync(
            "node",
            new(["false"]),
            new MemoryStream(new byte[8 << 20]),
            Stream.Null,
            errors,
            CancellationToken.None
        );
        Assert.Equal(1, code);
        Assert.Equal("no", Encoding.UTF8.GetString(errors.ToArray()));
    }

    [Fact]
    public async Task An_exec_that_breaks_off_within_a_frame_is_reported_as_lost()
    {
        await using ScriptedEngine engine = new();
        ScriptExec(engine, exitCode: 0, async raw => await raw.WriteAsync(ScriptedCall.Frame(1, "whole")[..10]));
        using EngineClient client = await engine.ConnectAsync();
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            client.Containers.ExecAsync("node", new(["x"]), (Stream?)null, Stream.Null, Stream.Null, CancellationToken.None)
        );
        Assert.Equal(ErrorCodes.EngineLost, failure.Diagnostics[0].Code);
    }

    [Theory]
    [InlineData(false, "out", "err")]
    [InlineData(true, "raw bytes", "")]
    public async Task A_log_is_split_unless_the_container_has_a_terminal(bool terminal, string expectedOutput, string expectedErrors)
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /containers/a/json", 200, $$"""{"Id":"a","Config":{"Tty":{{(terminal ? "true" : "false")}} } }""");
        engine.On(
            "GET /containers/a/logs",
            call => call.StreamAsync(terminal ? ["raw bytes"u8.ToArray()] : [ScriptedCall.Frame(1, "out"), ScriptedCall.Frame(2, "err")])
        );
        using EngineClient client = await engine.ConnectAsync();
        using MemoryStream output = new();
        using MemoryStream errors = new();
        await client.Containers.CopyLogAsync("a", follow: false, output, errors, CancellationToken.None);
        Assert.Equal(
            (expectedOutput, expectedErrors),
            (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()))
        );
    }

    [Fact]
    public async Task Lists_ask_by_label_for_containers_in_any_state()
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /containers/json", 200, """[{"Id":"1","Names":["/n1"],"State":"exited","Labels":{"a":"b"}}]""");
        using EngineClient client = await engine.ConnectAsync();
        ContainerSummary one = Assert.Single(await client.Containers.ListAsync(["a=b"], CancellationToken.None));
        Assert.Equal("n1", one.Name);
        Assert.Contains(
            engine.Requests,
            request =>
                request.Contains("all=1", StringComparison.Ordinal)
                && Uri.UnescapeDataString(request).Contains("""{"label":["a=b"]}""", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("a=b", "both")]
    [InlineData("a", "both other")]
    [InlineData("a=b c", "both")]
    [InlineData("", "both other none null")]
    public async Task What_lacks_a_label_that_was_asked_for_is_in_no_list(string asked, string listed)
    {
        await using ScriptedEngine engine = new();
        string all = string.Join(
            ',',
            from one in (string[])["both {\"a\":\"b\",\"c\":\"=\"}", "other {\"a\":\"c\"}", "none {\"b\":\"a\"}", "null null"]
            let parts = one.Split(' ')
            select $"{{\"Id\":\"{parts[0]}\",\"Name\":\"{parts[0]}\",\"Labels\":{parts[1]}}}"
        );
        engine.On("GET /containers/json", 200, $"[{all}]").On("GET /networks", 200, $"[{all}]");
        engine.On("GET /images/json", 200, $"[{all}]").On("GET /volumes", 200, $"{{\"Volumes\":[{all}]}}");
        string[] labels = asked.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal(listed, string.Join(' ', (await client.Containers.ListAsync(labels, default)).Select(one => one.Id)));
        Assert.Equal(listed, string.Join(' ', (await client.Networks.ListAsync(labels, default)).Select(one => one.Id)));
        Assert.Equal(listed, string.Join(' ', (await client.Images.ListAsync(labels, default)).Select(one => one.Id)));
        Assert.Equal(listed, string.Join(' ', (await client.Volumes.ListAsync(labels, default)).Select(one => one.Name)));
    }

    [Fact]
    public void Frames_cut_anywhere_come_out_whole()
    {
        Prop.ForAll<byte[], byte[], PositiveInt>(
                (first, second, step) =>
                {
                    byte[] all = [.. Frame(1, first), .. Frame(2, second), .. Frame(1, second)];
                    using MemoryStream output = new();
                    using MemoryStream errors = new();
                    StreamFrames
                        .CopyAsync(new Dribble(all, step.Get), output, errors, resetEnds: false, CancellationToken.None)
                        .GetAwaiter()
                        .GetResult();
                    return output.ToArray().SequenceEqual(first.Concat(second)) && errors.ToArray().SequenceEqual(second);
                }
            )
            .QuickCheckThrowOnFailure();

        static byte[] Frame(byte number, byte[] bytes) => [number, 0, 0, 0, 0, 0, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    private static void ScriptExec(ScriptedEngine engine, int exitCode, Func<Stream, Task> program)
    {
        engine.On("POST /containers/node/exec", 201, """{"Id":"e1"}""");
        engine.On(
            "POST /exec/e1/start",
            async call =>
            {
                Assert.True(call.IsUpgrade);
                Stream raw = await call.UpgradeAsync();
                await program(raw);
            }
        );
        engine.On("GET /exec/e1/json", 200, $$"""{"Running":false,"ExitCode":{{exitCode}}}""");
    }

    private sealed class Dribble(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}

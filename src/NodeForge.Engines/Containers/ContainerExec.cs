using System.Net.Http.Json;
using NodeForge.Engines.Calling;

namespace NodeForge.Engines.Containers;

/// <summary>Runs programs in containers: create, start with the connection upgraded to raw bytes, then ask for the exit code.</summary>
internal sealed class ContainerExec(EngineTransport transport)
{
    private static readonly TimeSpan SettleEvery = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan SettleAtMost = TimeSpan.FromSeconds(5);

    public async Task<int> RunAsync(
        string container,
        ExecSpec spec,
        Func<Stream, CancellationToken, Task>? writeInput,
        Stream output,
        Stream errors,
        CancellationToken cancellationToken
    )
    {
        string id = await CreateAsync(container, spec, writeInput is not null, terminal: false, cancellationToken).ConfigureAwait(false);
        using (UpgradedConnection connection = await StartAsync(id, terminal: false, cancellationToken).ConfigureAwait(false))
        {
            Task feeding = writeInput is null ? Task.CompletedTask : FeedAsync(connection, writeInput, cancellationToken);
            await transport
                .Guard(
                    transport.Call(HttpMethod.Post, $"/exec/{id}/start"),
                    async () =>
                    {
                        await StreamFrames
                            .CopyAsync(connection.Bytes, output, errors, resetEnds: writeInput is not null, cancellationToken)
                            .ConfigureAwait(false);
                        return 0;
                    }
                )
                .ConfigureAwait(false);
            await feeding.ConfigureAwait(false);
        }

        return await ExitCodeAsync(id, cancellationToken).ConfigureAwait(false);
    }

    public async Task<string> CreateAsync(
        string container,
        ExecSpec spec,
        bool hasInput,
        bool terminal,
        CancellationToken cancellationToken
    )
    {
        CreateExecBody body = new()
        {
            Cmd = spec.Command,
            Env = spec.Environment,
            User = spec.User,
            WorkingDir = spec.WorkingDirectory,
            Privileged = spec.Privileged,
            AttachStdin = hasInput,
            Tty = terminal,
        };
        using JsonContent content = JsonContent.Create(body, ContainerJson.Default.CreateExecBody);
        await content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        return (
            await transport
                .GetAsync(HttpMethod.Post, $"/containers/{container}/exec", content, CallJson.Default.CreatedObject, cancellationToken)
                .ConfigureAwait(false)
        ).Id;
    }

    public async Task<UpgradedConnection> StartAsync(string id, bool terminal, CancellationToken cancellationToken)
    {
        using JsonContent body = JsonContent.Create(new StartExecBody { Tty = terminal }, ContainerJson.Default.StartExecBody);
        await body.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        return await transport.UpgradeAsync($"/exec/{id}/start", body, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands a program its input; one that ends before its input is no failure.</summary>
    public static async Task FeedAsync(
        UpgradedConnection connection,
        Func<Stream, CancellationToken, Task> writeInput,
        CancellationToken cancellationToken
    )
    {
        RequestBody input = new(connection.Bytes);
        try
        {
            await writeInput(input, cancellationToken).ConfigureAwait(false);
            await input.FlushAsync(cancellationToken).ConfigureAwait(false);
            await CloseAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsGone(failure) && input.Broken)
        {
            // The program ended before it read all of its input; its exit code says whether that is a failure.
        }
        catch
        {
            // Else the program would wait for the rest of its input, and we for the program.
            connection.Dispose();
            throw;
        }
    }

    private static async Task CloseAsync(UpgradedConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.CloseWriteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsGone(failure))
        {
            // The program took what it wanted and ended before its input did, as one does that reads an archive to its end marker.
        }
    }

    private static bool IsGone(Exception failure) =>
        failure is IOException or System.Net.Sockets.SocketException or ObjectDisposedException;

    // The output's end may be seen before the engine has noted the program's exit.
    public async Task<int> ExitCodeAsync(string id, CancellationToken cancellationToken)
    {
        for (int round = 0; ; round++)
        {
            ExecState state = await transport
                .GetAsync(HttpMethod.Get, $"/exec/{id}/json", null, ContainerJson.Default.ExecState, cancellationToken)
                .ConfigureAwait(false);
            if (state is { Running: false, ExitCode: { } code } || round > SettleAtMost / SettleEvery)
                return state.ExitCode ?? -1;
            await Task.Delay(SettleEvery, cancellationToken).ConfigureAwait(false);
        }
    }
}

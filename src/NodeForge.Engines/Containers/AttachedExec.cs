using System.Globalization;
using NodeForge.Engines.Calling;
using NodeForge.Engines.Connecting;

namespace NodeForge.Engines.Containers;

/// <summary>Runs a program that somebody sits at: both ways at once, at a terminal or through pipes.</summary>
internal sealed class AttachedExec(EngineTransport transport, ContainerExec exec)
{
    // The engine switches the connection before the program runs, and has nothing to resize until then.
    private const int SizeAttempts = 20;
    private static readonly TimeSpan SizeEvery = TimeSpan.FromMilliseconds(50);

    public async Task<ExecOutcome> RunAsync(string container, ExecSpec spec, ExecStreams streams, CancellationToken cancellationToken)
    {
        using RefusalWatch output = new(streams.Output);
        string id = await exec.CreateAsync(container, spec, hasInput: true, streams.Terminal is not null, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            await JoinAsync(id, streams with { Output = output }, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException failure) when (EngineRefusal.Of(failure) is { Kind: EngineRefusalKind.NoProgram, Got: { } said })
        {
            // Podman's way: it does not switch the connection for a program that is not there.
            return ExecOutcome.Refused(said);
        }

        int code = await exec.ExitCodeAsync(id, cancellationToken).ConfigureAwait(false);
        if (output.Held is { } words && ExecOutcome.MayBeRefusal(code))
            return ExecOutcome.Refused(words);
        await output.ReleaseAsync(cancellationToken).ConfigureAwait(false);
        return new(code);
    }

    private async Task JoinAsync(string id, ExecStreams streams, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using UpgradedConnection connection = await exec.StartAsync(id, streams.Terminal is not null, cancellationToken)
            .ConfigureAwait(false);
        Task sizing = streams.Terminal is null ? Task.CompletedTask : ResizeAsync(id, streams.Terminal, ending.Token);
        Exception? unread = null;
        Task feeding = ContainerExec.FeedAsync(connection, ReadAsync, ending.Token);
        try
        {
            await CopyAsync(id, connection.Bytes, streams, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (unread is not null)
        {
            // The connection was let go of for that.
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await sizing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Only where the input failed: a read of a terminal that goes on cannot be called back.
        if (unread is not null and not OperationCanceledException)
            await feeding.ConfigureAwait(false);

        async Task ReadAsync(Stream target, CancellationToken token)
        {
            try
            {
                await streams.Input.CopyToAsync(target, token).ConfigureAwait(false);
            }
            catch (Exception failure) when (target is not RequestBody { Broken: true })
            {
                unread = failure;
                throw;
            }
        }
    }

    private async Task CopyAsync(string id, Stream source, ExecStreams streams, CancellationToken cancellationToken)
    {
        try
        {
            if (streams.Terminal is null)
                await StreamFrames
                    .CopyAsync(source, streams.Output, streams.Errors, resetEnds: true, cancellationToken)
                    .ConfigureAwait(false);
            else
                await StreamFrames.CopyTerminalAsync(source, streams.Output, cancellationToken).ConfigureAwait(false);
        }
        catch (EndOfStreamException cut)
        {
            throw EngineFailure.Lost(transport.Endpoint, transport.Call(HttpMethod.Post, $"/exec/{id}/start"), cut);
        }
    }

    private async Task ResizeAsync(string id, IAsyncEnumerable<TerminalSize> sizes, CancellationToken cancellationToken)
    {
        await foreach (TerminalSize size in sizes.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            string path = $"/exec/{id}/resize" + QueryText.Of(("h", Text(size.Rows)), ("w", Text(size.Columns)));
            for (int attempt = 1; !await TryAsync(path, cancellationToken).ConfigureAwait(false) && attempt < SizeAttempts; attempt++)
                await Task.Delay(SizeEvery, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.DoAsync(HttpMethod.Post, path, null, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException)
        {
            // Not yet, or not any more.
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using NodeForge.Engines;
using NodeForge.Engines.Calling;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Nodes;

/// <summary>A node's container, and programs run in it.</summary>
internal sealed class ClusterNode(EngineClient engine, string id, string name)
{
    // The last lines tell; what came before is in the diagnostics.
    private const int ToldLines = 12;

    // What timeout(1) returns when it had to end the program.
    private const int TimedOut = 124;

    // States of the engine that pass: a node that ended is being started once more, or a network of the same name, made from elsewhere, is
    // about to
    // give way (CreateNetwork), and Docker looks for networks by name when it starts a container.
    private static readonly EngineRefusalKind[] Passing = [EngineRefusalKind.Restarting, EngineRefusalKind.Ambiguous];
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(10);

    // Asked again in the node: each call through the engine costs several times what the question does, while the node boots.
    private const string StartsUnit = """
        until said=$(systemctl start "$1" 2>&1); do
          ((SECONDS < $2)) || { printf '%s\n' "$said" >&2; exit 1; }
          sleep 0.1
        done
        """;

    private static readonly TimeSpan BetweenStarts = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StartAtMost = TimeSpan.FromMinutes(2);

    public string Id => id;

    public string Name => name;

    public Task StartAsync(CancellationToken cancellationToken) =>
        PatientlyAsync(
            async () =>
            {
                await engine.Containers.StartAsync(id, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken
        );

    public Task<ContainerDetails?> FindAsync(CancellationToken cancellationToken) => engine.Containers.FindAsync(id, cancellationToken);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeProgramFailed"/> with the last lines of what it said.</exception>
    public async Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        ProgramOutcome outcome = await TryRunAsync(command, null, cancellationToken).ConfigureAwait(false);
        return outcome.ExitCode == 0 ? outcome.Output : throw Failed(command, $"exit code {outcome.ExitCode}", outcome);
    }

    /// <summary>The same, ended in the node when it takes too long.</summary>
    public async Task RunAsync(IReadOnlyList<string> command, TimeSpan atMost, CancellationToken cancellationToken)
    {
        string seconds = atMost.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        ProgramOutcome outcome = await TryRunAsync(["timeout", seconds, .. command], null, cancellationToken).ConfigureAwait(false);
        if (outcome.ExitCode != 0)
            throw Failed(command, outcome.ExitCode == TimedOut ? $"not done after {seconds} s" : $"exit code {outcome.ExitCode}", outcome);
    }

    public Task<ProgramOutcome> TryRunAsync(IReadOnlyList<string> command, string? input, CancellationToken cancellationToken) =>
        FeedAsync(
            command,
            input is null
                ? null
                : async (stream, token) => await stream.WriteAsync(Encoding.UTF8.GetBytes(input), token).ConfigureAwait(false),
            cancellationToken
        );

    /// <summary>Runs a program to its end, with an input that is written while it runs.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeSaysTooMuch"/>.</exception>
    public async Task<ProgramOutcome> FeedAsync(
        IReadOnlyList<string> command,
        Func<Stream, CancellationToken, Task>? writeInput,
        CancellationToken cancellationToken
    )
    {
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            using NodeWords output = new(name, command[0]);
            using NodeWords errors = new(name, command[0]);
            int code = await PatientlyAsync(
                    () => engine.Containers.ExecAsync(id, new ExecSpec(command), writeInput, output, errors, cancellationToken),
                    cancellationToken
                )
                .ConfigureAwait(false);
            ProgramOutcome outcome = new(code, output.ToString(), errors.ToString());
            if (!HadNoNode(outcome) || Stopwatch.GetElapsedTime(begun) > AtMost)
                return outcome;
            await Task.Delay(Every, cancellationToken).ConfigureAwait(false);
        }
    }

    // The engine took the call while the node ran, and the node ended before its program began: it is started once more. Docker tells that
    // as the program's own words.
    private static bool HadNoNode(ProgramOutcome outcome) =>
        outcome.ExitCode == ExecOutcome.NotRunnable
        && $"{outcome.Output}{outcome.Errors}".Contains("cannot exec in a stopped container", StringComparison.Ordinal);

    /// <summary>Runs a program to its end, its output passed on while it runs.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeProgramFailed"/>.</exception>
    public async Task CopyOutputAsync(IReadOnlyList<string> command, Stream output, CancellationToken cancellationToken)
    {
        using NodeWords errors = new(name, command[0]);
        int code = await engine
            .Containers.ExecAsync(id, new ExecSpec(command), (Stream?)null, output, errors, cancellationToken)
            .ConfigureAwait(false);
        if (code != 0)
            throw Failed(command, $"exit code {code}", new(code, string.Empty, errors.ToString()));
    }

    /// <summary>Starts a unit of the node's systemd as soon as that takes orders, and returns when it runs.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeBootTimeout"/>.</exception>
    public Task StartUnitAsync(string unit, CancellationToken cancellationToken) => StartUnitAsync(unit, StartAtMost, cancellationToken);

    /// <inheritdoc cref="StartUnitAsync(string, CancellationToken)"/>
    public async Task StartUnitAsync(string unit, TimeSpan atMost, CancellationToken cancellationToken)
    {
        string said = string.Empty;
        string[] start = ["bash", "-c", StartsUnit, "start", unit, $"{Math.Ceiling(atMost.TotalSeconds):0}"];
        // Again from here where the node itself is started once more.
        bool started = await Polling
            .UntilAsync(
                BetweenStarts,
                atMost,
                async () =>
                {
                    ProgramOutcome outcome = await TryRunAsync(start, null, cancellationToken).ConfigureAwait(false);
                    said = outcome.Errors;
                    return outcome.ExitCode == 0;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!started)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.NodeBootTimeout, $"the node's system did not start {unit}")
                {
                    Where = new(name),
                    Got = $"{said.Trim()} after {atMost.TotalSeconds:0} s",
                    Hint = "the diagnostics folder has the node's journal",
                }
            );
        }
    }

    /// <summary>Lays files down at the root, whether the node runs or not.</summary>
    public Task PutAsync(IReadOnlyList<NodeFile> files, TimeProvider clock, CancellationToken cancellationToken) =>
        engine.Containers.PutArchiveAsync(
            id,
            "/",
            (stream, token) => NodeFile.WriteTarAsync(files, stream, clock, token),
            cancellationToken
        );

    /// <summary>Reads the small regular files of a folder, whether the node runs or not.</summary>
    /// <returns>Paths relative to the folder's parent, "kind/version", to content.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineObjectMissing"/>: there is no such folder;
    /// <see cref="ErrorCodes.NodeFolderTooLarge"/>.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ReadFolderAsync(string folder, CancellationToken cancellationToken)
    {
        Stream archive = await engine.Containers.GetArchiveAsync(id, folder, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
            return await Task.Run(() => FolderReading.Read(archive, name, folder, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
    }

    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (NodeForgeException failure)
                when (EngineRefusal.Of(failure) is { Kind: var kind } && Passing.Contains(kind) && Stopwatch.GetElapsedTime(begun) < AtMost)
            {
                await Task.Delay(Every, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private NodeForgeException Failed(IReadOnlyList<string> command, string ended, ProgramOutcome outcome)
    {
        string[] said = $"{outcome.Output}\n{outcome.Errors}".Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        return new(
            new Diagnostic(ErrorCodes.NodeProgramFailed, $"{Path.GetFileName(command[0])} failed in the node")
            {
                Where = new(name, Detail: string.Join(' ', command)),
                Got = $"{ended}: {string.Join(" / ", said.TakeLast(ToldLines))}",
                Hint = "the diagnostics folder has the node's logs",
            }
        );
    }
}

internal sealed record ProgramOutcome(int ExitCode, string Output, string Errors);

using System.Text;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>Saves what a node can tell of itself: the console, the journals, the logs of its pods.</summary>
internal static class NodeDiagnostics
{
    private const int ToldLines = 10;
    private const int TailLength = 64 << 10;
    private const long MostBytes = 512L << 20;
    private const string Console = "console.log";

    private static readonly (string File, string[] Command)[] Programs =
    [
        ("journal.log", ["journalctl", "--no-pager"]),
        ("kubelet.log", ["journalctl", "--no-pager", "--unit", "kubelet.service"]),
        ("containerd.log", ["journalctl", "--no-pager", "--unit", "containerd.service"]),
        ("failed-units.txt", ["systemctl", "--failed", "--no-pager"]),
        ("images.txt", ["ctr", "--namespace", "k8s.io", "images", "list"]),
        ("disks.txt", ["sh", "-c", "df -P; df -Pi"]),
        ("pods.log", ["sh", "-c", "tail -n 200 /var/log/pods/*/*/*.log"]),
    ];

    /// <returns>The node's death, if it is dead.</returns>
    public static async Task<Diagnostic?> SaveAsync(
        EngineClient engine,
        ContainerSummary container,
        string folder,
        CancellationToken cancellationToken
    )
    {
        NodeLogFolder saved = new(folder) { MostBytes = MostBytes };
        await TakeAsync(
                saved,
                Console,
                stream => engine.Containers.CopyLogAsync(container.Id, follow: false, stream, stream, cancellationToken)
            )
            .ConfigureAwait(false);
        ContainerDetails? details = await engine.Containers.FindAsync(container.Id, cancellationToken).ConfigureAwait(false);
        if (!Ended(details) && details is { State.Running: true })
        {
            try
            {
                await AskAsync(engine, container.Id, saved, cancellationToken).ConfigureAwait(false);
            }
            catch (NodeForgeException)
            {
                if (!Ended(await engine.Containers.FindAsync(container.Id, cancellationToken).ConfigureAwait(false)))
                    throw;
            }

            // It may have been in its second life, which was as short as the first.
            details = await engine.Containers.FindAsync(container.Id, cancellationToken).ConfigureAwait(false);
        }

        return Ended(details)
            ? await DeathAsync(container.Name, details!.State, Path.Combine(folder, Console), cancellationToken).ConfigureAwait(false)
            : null;
    }

    // One that ended twice while its restart was tried is "restarting" for a moment.
    private static bool Ended(ContainerDetails? details) =>
        details is { State: { Running: false, Status: not "created" } } or { State: { Status: "restarting", ExitCode: not 0 } };

    private static async Task AskAsync(EngineClient engine, string container, NodeLogFolder folder, CancellationToken cancellationToken)
    {
        foreach ((string name, string[] command) in Programs)
            await TakeAsync(
                    folder,
                    name,
                    stream =>
                        engine.Containers.ExecAsync(container, new ExecSpec(command), (Stream?)null, stream, stream, cancellationToken)
                )
                .ConfigureAwait(false);
    }

    // What a node says beyond the limit is left out; the beginning is there.
    private static async Task TakeAsync(NodeLogFolder folder, string name, Func<Stream, Task> take)
    {
        try
        {
            await folder.WriteAsync(name, take).ConfigureAwait(false);
        }
        catch (InvalidDataException beyond)
        {
            folder.Note($"{name}: {beyond.Message}");
        }
    }

    private static async Task<Diagnostic> DeathAsync(string name, ContainerState state, string console, CancellationToken cancellationToken)
    {
        string[] lines = (await TailAsync(console, cancellationToken).ConfigureAwait(false)).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        return new(ErrorCodes.NodeDied, "the node ended")
        {
            Where = new(name),
            Got =
                $"exit code {state.ExitCode}{(state.OOMKilled ? ", killed for lack of memory" : string.Empty)}: {string.Join(" / ", lines.TakeLast(ToldLines))}",
            Hint = state.OOMKilled
                ? "give the engine more memory"
                : "see whether the host's cgroups and inotify limits suit the image: nodeforge doctor",
        };
    }

    private static async Task<string> TailAsync(string file, CancellationToken cancellationToken)
    {
        FileStream stream = File.OpenRead(file);
        await using (stream.ConfigureAwait(false))
        {
            stream.Position = Math.Max(0, stream.Length - TailLength);
            using StreamReader text = new(stream, Encoding.UTF8);
            return await text.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

using System.Text;
using NodeForge.Engines;

namespace NodeForge.Clusters;

/// <summary>Saves what a node can tell of itself: the console, the journals, the logs of its pods.</summary>
internal static class NodeDiagnostics
{
    private const int ToldLines = 10;

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
    public static async Task<Diagnostic?> SaveAsync(EngineClient engine, ContainerSummary container, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        string console = Path.Combine(folder, "console.log");
        FileStream file = File.Create(console);
        await using (file.ConfigureAwait(false))
            await engine.Containers.CopyLogAsync(container.Id, follow: false, file, file, cancellationToken).ConfigureAwait(false);
        ContainerDetails? details = await engine.Containers.FindAsync(container.Id, cancellationToken).ConfigureAwait(false);
        if (!Ended(details) && details is { State.Running: true })
        {
            try
            {
                await AskAsync(new(engine, container.Id, container.Name), folder, cancellationToken).ConfigureAwait(false);
            }
            catch (NodeForgeException)
            {
                if (!Ended(await engine.Containers.FindAsync(container.Id, cancellationToken).ConfigureAwait(false)))
                    throw;
            }

            // It may have been in its second life, which was as short as the first.
            details = await engine.Containers.FindAsync(container.Id, cancellationToken).ConfigureAwait(false);
        }

        return Ended(details) ? await DeathAsync(container.Name, details!.State, console, cancellationToken).ConfigureAwait(false) : null;
    }

    // One that ended twice while its restart was tried is "restarting" for a moment.
    private static bool Ended(ContainerDetails? details) => details is { State: { Running: false, Status: not "created" } } or { State: { Status: "restarting", ExitCode: not 0 } };

    private static async Task AskAsync(ClusterNode node, string folder, CancellationToken cancellationToken)
    {
        foreach ((string name, string[] command) in Programs)
        {
            ProgramOutcome outcome = await node.TryRunAsync(command, null, cancellationToken).ConfigureAwait(false);
            await File.WriteAllTextAsync(Path.Combine(folder, name), outcome.Output + outcome.Errors, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<Diagnostic> DeathAsync(string name, ContainerState state, string console, CancellationToken cancellationToken)
    {
        string[] lines = (await File.ReadAllTextAsync(console, Encoding.UTF8, cancellationToken).ConfigureAwait(false)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new(ErrorCodes.NodeDied, "the node ended")
        {
            Where = new(name),
            Got = $"exit code {state.ExitCode}{(state.OOMKilled ? ", killed for lack of memory" : string.Empty)}: {string.Join(" / ", lines.TakeLast(ToldLines))}",
            Mend = state.OOMKilled ? "give the engine more memory" : "see whether the host's cgroups and inotify limits suit the image: nodeforge doctor",
        };
    }
}

using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Oci.Content;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>Saves what one container of a cluster can tell; what cannot be taken is noted, and the rest comes all the same.</summary>
internal sealed class NodeLogs(EngineClient engine, IForgeReporter reporter)
{
    // A node that hangs must not hold up the others' logs for ever.
    private static readonly TimeSpan ProgramAtMost = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PartAtMost = TimeSpan.FromMinutes(10);

    private static readonly (string File, string[] Command)[] Programs =
    [
        ("kubernetes-version.txt", ["cat", "/kind/version"]),
        ("journal.log", ["journalctl", "--no-pager"]),
        ("kubelet.log", ["journalctl", "--no-pager", "--unit", "kubelet.service"]),
        ("containerd.log", ["journalctl", "--no-pager", "--unit", "containerd.service"]),
        ("images.log", ["sh", "-c", "if command -v crictl >/dev/null; then crictl images; else ctr --namespace k8s.io images list; fi"]),
        ("failed-units.txt", ["systemctl", "--failed", "--no-pager"]),
    ];

    /// <param name="cluster">Its cluster.</param>
    /// <param name="container">The node, or another container of the cluster.</param>
    /// <param name="path">The folder for it; made if it is not there.</param>
    /// <param name="cancellationToken">Ends it; what was written stays.</param>
    public async Task<ExportedNodeLogs> TakeAsync(
        string cluster,
        ContainerSummary container,
        string path,
        CancellationToken cancellationToken
    )
    {
        using ForgeStep step = reporter.Step($"logs of {container.Name}");
        NodeLogFolder folder = new(path);
        bool running = container.State == "running";
        await TryAsync(
                folder,
                "inspect.json",
                () =>
                    folder.WriteAsync(
                        "inspect.json",
                        async stream =>
                        {
                            // As docker inspect prints it: a list.
                            stream.Write("["u8);
                            stream.Write(await engine.Containers.ReadDetailsAsync(container.Id, cancellationToken).ConfigureAwait(false));
                            stream.Write("]\n"u8);
                        }
                    )
            )
            .ConfigureAwait(false);
        await TryAsync(
                folder,
                "serial.log",
                () =>
                    folder.WriteAsync(
                        "serial.log",
                        stream =>
                            InTimeAsync(
                                "the console",
                                PartAtMost,
                                token => engine.Containers.CopyLogAsync(container.Id, follow: false, stream, stream, token),
                                cancellationToken
                            )
                    )
            )
            .ConfigureAwait(false);
        if (NodeSelection.IsNode(container))
        {
            if (running)
                await RunProgramsAsync(container, folder, cancellationToken).ConfigureAwait(false);
            else
                folder.Note($"it does not run ({container.State}): its programs could not be asked");
            // The journal's own files are for those who cannot be asked; journal.log says the same.
            await TryAsync(
                    folder,
                    "/var/log",
                    () =>
                        InTimeAsync(
                            "the engine",
                            PartAtMost,
                            token =>
                                ExtractAsync(
                                    container,
                                    folder,
                                    path => running && path.StartsWith("journal/", StringComparison.Ordinal),
                                    token
                                ),
                            cancellationToken
                        )
                )
                .ConfigureAwait(false);
        }

        if (folder.Problems.Count > 0)
            reporter.Warn(Incomplete(cluster, container, folder));
        step.Finish($"{folder.Files} files{(running ? string.Empty : $", {container.State}")}");
        return new(container.Name, container.State, folder.Files, folder.Bytes, folder.Problems);
    }

    private async Task RunProgramsAsync(ContainerSummary container, NodeLogFolder folder, CancellationToken cancellationToken)
    {
        foreach ((string file, string[] command) in Programs)
        {
            await TryAsync(
                    folder,
                    file,
                    () =>
                        folder.WriteAsync(
                            file,
                            stream =>
                                InTimeAsync(
                                    command[0],
                                    ProgramAtMost,
                                    token =>
                                        engine.Containers.ExecAsync(
                                            container.Id,
                                            new ExecSpec(command),
                                            (Stream?)null,
                                            stream,
                                            stream,
                                            token
                                        ),
                                    cancellationToken
                                )
                        )
                )
                .ConfigureAwait(false);
        }
    }

    private static async Task InTimeAsync(
        string writer,
        TimeSpan atMost,
        Func<CancellationToken, Task> take,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(atMost);
        try
        {
            await take(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidDataException($"{writer} was still writing after {atMost.TotalSeconds:0} s");
        }
    }

    private async Task ExtractAsync(
        ContainerSummary container,
        NodeLogFolder folder,
        Func<string, bool> skip,
        CancellationToken cancellationToken
    )
    {
        Stream archive = await engine.Containers.GetArchiveAsync(container.Id, "/var/log", cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
            await Task.Run(() => folder.Extract(archive, skip, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    // What one file or node cannot tell is no reason to leave the others; a disk that cannot be written is.
    private static async Task TryAsync(NodeLogFolder folder, string what, Func<Task> take)
    {
        try
        {
            await take().ConfigureAwait(false);
        }
        catch (NodeForgeException failure) when (!failure.Is(ErrorCodes.DiskFull, ErrorCodes.PathNotUsable))
        {
            folder.Note($"{what}: {failure.Diagnostics[0].What}{(failure.Diagnostics[0].Got is { } got ? $": {got}" : string.Empty)}");
        }
        // The engine's stream that ends too early or is none is no fault of the file that it goes into.
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException)
        {
            folder.Note($"{what}: {failure.Message}");
        }
        catch (IOException failure)
        {
            throw AtomicFile.Explain(what, failure);
        }
    }

    private static Diagnostic Incomplete(string cluster, ContainerSummary container, NodeLogFolder folder) =>
        new(ErrorCodes.NodeLogsIncomplete, "not everything could be taken from the node")
        {
            Where = new(container.Name),
            Got =
                string.Join("; ", folder.Problems.Take(5))
                + (folder.Problems.Count > 5 ? $"; and {folder.Problems.Count - 5} more" : string.Empty),
            Hint =
                container.State == "running"
                    ? "look into the node itself: docker exec"
                    : $"nodeforge start node {container.Name} --name {cluster}, then export again",
        };
}

using System.Text;
using NodeForge.Engines;
using NodeForge.Oci.Content;

namespace NodeForge.Clusters;

/// <summary>Saves what a cluster's nodes can tell, under kind's names: a folder for each node, beside it what the engine says of itself.</summary>
/// <param name="engine">Where the nodes run.</param>
/// <param name="reporter">Hears of each node, and what could not be taken from it.</param>
public sealed class LogExport(EngineClient engine, IForgeReporter reporter)
{
    // A node that hangs must not hold up the others' logs for ever.
    private static readonly TimeSpan ProgramAtMost = TimeSpan.FromMinutes(1);

    private static readonly (string File, string[] Command)[] Programs =
    [
        ("kubernetes-version.txt", ["cat", "/kind/version"]),
        ("journal.log", ["journalctl", "--no-pager"]),
        ("kubelet.log", ["journalctl", "--no-pager", "--unit", "kubelet.service"]),
        ("containerd.log", ["journalctl", "--no-pager", "--unit", "containerd.service"]),
        ("images.log", ["sh", "-c", "if command -v crictl >/dev/null; then crictl images; else ctr --namespace k8s.io images list; fi"]),
        ("failed-units.txt", ["systemctl", "--failed", "--no-pager"]),
    ];

    /// <summary>Saves the logs of a cluster's containers, all at once; one that does not run tells what it left behind.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="folder">Where to; made if it is not there.</param>
    /// <param name="version">What stands in <c>nodeforge-version.txt</c>.</param>
    /// <param name="cancellationToken">Ends it; what was written stays.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>, <see cref="ErrorCodes.PathNotUsable"/>, <see cref="ErrorCodes.DiskFull"/> and the rest of the NF55 range.</exception>
    public async Task<ExportedLogs> RunAsync(string cluster, string folder, string version, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await NodeSelection.AllAsync(engine, cluster, cancellationToken).ConfigureAwait(false);
        string target = Path.GetFullPath(folder);
        NodeLogFolder top = new(target);
        await top.WriteAsync("nodeforge-version.txt", stream => stream.WriteAsync(Encoding.UTF8.GetBytes(version + "\n"), cancellationToken).AsTask()).ConfigureAwait(false);
        await top.WriteAsync("docker-info.txt", async stream => await CopyAsync(engine.OpenInformationAsync, stream, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        ExportedNodeLogs[] nodes = await Task.WhenAll(containers.Select(container => TakeAsync(cluster, container, Path.Combine(target, container.Name), cancellationToken))).ConfigureAwait(false);
        return new(target, nodes);
    }

    private async Task<ExportedNodeLogs> TakeAsync(string cluster, ContainerSummary container, string path, CancellationToken cancellationToken)
    {
        using ForgeStep step = reporter.Step($"logs of {container.Name}");
        NodeLogFolder folder = new(path);
        bool running = container.State == "running";
        await TryAsync(folder, "inspect.json", () => folder.WriteAsync("inspect.json", async stream =>
        {
            // As docker inspect prints it: a list.
            stream.Write("["u8);
            await CopyAsync(token => engine.Containers.OpenDetailsAsync(container.Id, token), stream, cancellationToken).ConfigureAwait(false);
            stream.Write("]\n"u8);
        })).ConfigureAwait(false);
        await TryAsync(folder, "serial.log", () => folder.WriteAsync("serial.log", stream => engine.Containers.CopyLogAsync(container.Id, follow: false, stream, stream, cancellationToken))).ConfigureAwait(false);
        if (NodeSelection.IsNode(container))
        {
            if (running)
                await RunProgramsAsync(container, folder, cancellationToken).ConfigureAwait(false);
            else
                folder.Problems.Add($"it does not run ({container.State}): its programs could not be asked");
            // The journal's own files are for those who cannot be asked; journal.log says the same.
            await TryAsync(folder, "/var/log", () => ExtractAsync(container, folder, path => running && path.StartsWith("journal/", StringComparison.Ordinal), cancellationToken)).ConfigureAwait(false);
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
            await TryAsync(folder, file, () => folder.WriteAsync(file, async stream =>
            {
                using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(ProgramAtMost);
                try
                {
                    await engine.Containers.ExecAsync(container.Id, new ExecSpec(command), (Stream?)null, stream, stream, patience.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new InvalidDataException($"{command[0]} was still writing after {ProgramAtMost.TotalSeconds:0} s");
                }
            })).ConfigureAwait(false);
        }
    }

    private async Task ExtractAsync(ContainerSummary container, NodeLogFolder folder, Func<string, bool> skip, CancellationToken cancellationToken)
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
        catch (NodeForgeException failure) when (failure.Diagnostics[0].Code != ErrorCodes.DiskFull && failure.Diagnostics[0].Code != ErrorCodes.PathNotUsable)
        {
            folder.Problems.Add($"{what}: {failure.Diagnostics[0].What}{(failure.Diagnostics[0].Got is { } got ? $": {got}" : string.Empty)}");
        }
        catch (InvalidDataException failure)
        {
            folder.Problems.Add($"{what}: {failure.Message}");
        }
        catch (IOException failure)
        {
            throw AtomicFile.Explain(what, failure);
        }
    }

    private static async Task CopyAsync(Func<CancellationToken, Task<Stream>> open, Stream target, CancellationToken cancellationToken)
    {
        Stream source = await open(cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
            await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
    }

    private static Diagnostic Incomplete(string cluster, ContainerSummary container, NodeLogFolder folder) => new(ErrorCodes.NodeLogsIncomplete, "not everything could be taken from the node")
    {
        Where = new(container.Name),
        Got = string.Join("; ", folder.Problems.Take(5)) + (folder.Problems.Count > 5 ? $"; and {folder.Problems.Count - 5} more" : string.Empty),
        Mend = container.State == "running" ? "look into the node itself: docker exec" : $"nodeforge start node {container.Name} --name {cluster}, then export again",
    };
}

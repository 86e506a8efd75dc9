using System.Text;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>Saves what a cluster's nodes can tell, under kind's names: a folder for each node, beside it what the engine says of
/// itself.</summary>
/// <param name="engine">Where the nodes run.</param>
/// <param name="reporter">Hears of each node, and what could not be taken from it.</param>
public sealed class LogExport(EngineClient engine, IForgeReporter reporter)
{
    private const string VersionFile = "nodeforge-version.txt";
    private const string EngineFile = "docker-info.txt";

    /// <summary>Saves the logs of a cluster's containers, all at once; one that does not run tells what it left behind.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="folder">Where to; made if it is not there.</param>
    /// <param name="version">What stands in <c>nodeforge-version.txt</c>.</param>
    /// <param name="cancellationToken">Ends it; what was written stays.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>, <see cref="ErrorCodes.PathNotUsable"/>,
    /// <see cref="ErrorCodes.DiskFull"/> and the rest of the NF55 range.</exception>
    public async Task<ExportedLogs> RunAsync(string cluster, string folder, string version, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await NodeSelection.AllAsync(engine, cluster, cancellationToken).ConfigureAwait(false);
        string target = Path.GetFullPath(folder);
        NodeLogFolder top = new(target);
        await top.WriteAsync(VersionFile, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(version + "\n"), cancellationToken).AsTask())
            .ConfigureAwait(false);
        await top.WriteAsync(
                EngineFile,
                async stream => stream.Write(await engine.ReadInformationAsync(cancellationToken).ConfigureAwait(false))
            )
            .ConfigureAwait(false);
        HashSet<string> folders = new(StringComparer.Ordinal) { VersionFile, EngineFile };
        (ContainerSummary Container, bool Fits)[] named =
        [
            .. containers.Select(container => (container, IsFolderName(container.Name) && folders.Add(container.Name))),
        ];
        NodeLogs logs = new(engine, reporter);
        ExportedNodeLogs[] nodes = await Task.WhenAll(
                named.Select(node =>
                    node.Fits
                        ? logs.TakeAsync(cluster, node.Container, Path.Combine(target, node.Container.Name), cancellationToken)
                        : Task.FromResult(Refused(node.Container))
                )
            )
            .ConfigureAwait(false);
        return new(target, nodes);
    }

    // A container's name is the engine's word: one that is no single name leads out of the folder, or over another's files.
    internal static bool IsFolderName(string name) => NodeLogFolder.IsPlain(name) && !name.Contains('/', StringComparison.Ordinal);

    private ExportedNodeLogs Refused(ContainerSummary container)
    {
        const string Problem = "its name is no name for a folder here, or another's";
        reporter.Warn(
            new(ErrorCodes.NodeLogsIncomplete, "nothing was taken from a container")
            {
                Where = new(container.Name),
                Got = Problem,
                Hint = "see what the engine has under this name: docker ps --all",
            }
        );
        return new(container.Name, container.State, 0, 0, [Problem]);
    }
}

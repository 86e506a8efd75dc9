using NodeForge.Clusters.Configuration;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Nodes;

/// <summary>Runs a program in a node for somebody who sits at it, as docker exec does.</summary>
/// <param name="engine">Where the node runs.</param>
public sealed class NodeExec(EngineClient engine)
{
    // bash where there is one, as a login shell: /etc/profile and what is below it are of the node.
    private static readonly string[] Shell = ["sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash -l; fi; exec sh"];

    /// <param name="cluster">The node's cluster; null for whichever has a node of that name.</param>
    /// <param name="node">The container's name, as in docker; the load balancer too.</param>
    /// <param name="command">A program and its arguments; empty for a shell.</param>
    /// <param name="streams">What the program reads and writes.</param>
    /// <param name="cancellationToken">Lets go of the program; it is not killed.</param>
    /// <returns>The program's exit code.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>, <see cref="ErrorCodes.NodeMissing"/>,
    /// <see cref="ErrorCodes.NodeNotRunning"/>,
    /// <see cref="ErrorCodes.NodeProgramMissing"/>, <see cref="ErrorCodes.NodeProgramNotRunnable"/> and the NF55 range.</exception>
    /// <exception cref="IOException">One of the streams failed.</exception>
    public async Task<int> RunAsync(
        string? cluster,
        string node,
        IReadOnlyList<string> command,
        ExecStreams streams,
        CancellationToken cancellationToken
    )
    {
        ContainerSummary container = cluster is null
            ? await NodeSelection.AnywhereAsync(engine, node, cancellationToken).ConfigureAwait(false)
            : (await NodeSelection.OfAsync(engine, cluster, [node], cancellationToken).ConfigureAwait(false))[0];
        NodeSelection.CheckRunning(container.Labels[ClusterLabels.Cluster], [container]);
        ExecSpec spec = new(command.Count == 0 ? Shell : command);
        ExecOutcome outcome = await engine.Containers.AttachAsync(container.Id, spec, streams, cancellationToken).ConfigureAwait(false);
        return outcome.Refusal is null ? outcome.ExitCode : throw Refused(container.Name, spec, outcome);
    }

    private static NodeForgeException Refused(string node, ExecSpec spec, ExecOutcome outcome)
    {
        bool missing = outcome.ExitCode == ExecOutcome.NotFound;
        return new(
            new Diagnostic(
                missing ? ErrorCodes.NodeProgramMissing : ErrorCodes.NodeProgramNotRunnable,
                missing ? "the node has no such program" : "the program cannot be run in the node"
            )
            {
                Where = new(node, Detail: spec.Command[0]),
                Got = outcome.Refusal,
                Hint = missing
                    ? "check the name; a shell's own words need a shell: -- bash -c 'COMMAND'"
                    : "see what the file is, and whether it may be executed",
            }
        );
    }
}

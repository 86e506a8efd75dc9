using System.Globalization;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>After a node could not be added: saves what explains it, and removes what was made of it.</summary>
internal sealed class FailedAddition(EngineClient engine, IForgeReporter reporter, TimeProvider clock, ExistingCluster existing)
{
    private static readonly TimeSpan CleanUpAtMost = TimeSpan.FromMinutes(1);

    /// <returns>What to throw.</returns>
    public async Task<Exception> ExplainAsync(NodePlan node, AddNodeOptions options, Exception cause, CancellationToken cancelled)
    {
        // The user's Ctrl-C must not stop the clean-up that it asks for.
        using CancellationTokenSource limit = new(CleanUpAtMost, clock);
        List<Diagnostic> problems = cause is NodeForgeException known ? [.. known.Diagnostics] : [];
        try
        {
            if (await engine.Containers.FindAsync(node.Name, limit.Token).ConfigureAwait(false) is not null)
            {
                if (!cancelled.IsCancellationRequested)
                    problems = await SaveAsync(node, options, problems, limit.Token).ConfigureAwait(false);
                using KubernetesApi api = new(await new ClusterCatalog(engine).KubeconfigAsync(existing.Plan.Name, limit.Token).ConfigureAwait(false));
                await RemoveAsync(node, new(api, node.Name), limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception second) when (second is NodeForgeException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            reporter.Warn(new(ErrorCodes.ClusterLeftovers, "the clean-up after the failure failed too") { Where = new(node.Name), Got = second.Message, Mend = $"nodeforge delete node {node.Name} --name {existing.Plan.Name} --force" });
        }

        return cancelled.IsCancellationRequested ? new OperationCanceledException(cause.Message, cause, cancelled)
            : problems.Count > 0 ? new NodeForgeException(problems, cause) : cause;
    }

    private async Task RemoveAsync(NodePlan node, NodeDrain drain, CancellationToken cancellationToken)
    {
        if (node.Role == NodeRole.ControlPlane)
        {
            await new EtcdMembers(existing.Source).RemoveAsync(node.Name, cancellationToken).ConfigureAwait(false);
            await BalancerMembers.SetAsync(engine, existing.Plan, clock, cancellationToken).ConfigureAwait(false);
        }

        await engine.Containers.RemoveAsync(node.Name, cancellationToken).ConfigureAwait(false);
        await drain.ForgetAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<Diagnostic>> SaveAsync(NodePlan node, AddNodeOptions options, List<Diagnostic> problems, CancellationToken cancellationToken)
    {
        string time = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string folder = Path.Combine(options.DiagnosticsFolder ?? Path.Combine(Path.GetTempPath(), "nodeforge-diagnostics"), $"{node.Name}-{time}");
        foreach (ContainerSummary container in await NodeSelection.OfAsync(engine, existing.Plan.Name, [node.Name], cancellationToken).ConfigureAwait(false))
        {
            // The node's death explains whatever failed because of it.
            if (await NodeDiagnostics.SaveAsync(engine, container, folder, cancellationToken).ConfigureAwait(false) is { } death)
                problems.Insert(0, death);
            if (FullDisk.Find(folder, node.Name) is { } full)
                problems.Insert(0, full);
        }

        return [.. problems.Select(problem => problem with { Mend = $"{problem.Mend}; logs: {folder}" })];
    }
}

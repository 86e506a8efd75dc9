using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Images;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Engines.Images;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Upgrading;

/// <summary>Puts a cluster's nodes on another image, by kubeadm's rules: checked first, then control planes one after the other, then
/// workers.</summary>
/// <param name="engine">Where the nodes run.</param>
/// <param name="reporter">Hears of each step.</param>
/// <param name="clock">Dates files.</param>
public sealed class ClusterUpgrade(EngineClient engine, IForgeReporter reporter, TimeProvider clock)
{
    /// <param name="cluster">The cluster.</param>
    /// <param name="node">One node; null for all.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it; the node that is at it is put back on its old image.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.UpgradeSkew"/>, <see cref="ErrorCodes.UpgradeImagesMissing"/>,
    /// <see cref="ErrorCodes.UpgradeInterrupted"/>,
    /// <see cref="ErrorCodes.KubernetesUnsupported"/>, <see cref="ErrorCodes.NodeMissing"/>, <see cref="ErrorCodes.NodeNotRunning"/>:
    /// nothing was changed.
    /// <see cref="ErrorCodes.NodePutBack"/> beside what went wrong: the node runs on its old image;
    /// <see cref="ErrorCodes.NodeNotPutBack"/>. And the NF55 range.</exception>
    public async Task<UpgradedCluster> RunAsync(string cluster, string? node, UpgradeOptions options, CancellationToken cancellationToken)
    {
        await RefuseLeftoversAsync(cluster, cancellationToken).ConfigureAwait(false);
        ExistingCluster existing = await ExistingCluster.ReadAsync(engine, cluster, cancellationToken).ConfigureAwait(false);
        NodeSelection.CheckRunning(cluster, existing.Containers);
        if (node is not null && !existing.Plan.Nodes.Any(known => known.Name == node))
            throw new NodeForgeException(NodeSelection.MissingOf(cluster, node, [.. existing.Containers.Where(NodeSelection.IsNode)]));
        using KubernetesApi api = new(await new ClusterCatalog(engine).KubeconfigAsync(cluster, cancellationToken).ConfigureAwait(false));
        EngineInformation host = await engine.InformationAsync(cancellationToken).ConfigureAwait(false);
        ImageDetails details =
            await engine.Images.FindAsync(options.Image, cancellationToken).ConfigureAwait(false)
            ?? throw new NodeForgeException(WantedImage.Missing(options.Image, engine.Endpoint.ToString()));
        NodePlan[] targets =
        [
            .. existing.Plan.Nodes.Where(known => (node is null || known.Name == node) && !IsOn(existing.ContainerOf(known), details.Id)),
        ];
        NewNodeImage image = await NewNodeImage
            .OpenAsync(engine, existing.Plan, details.Id, options.Image, cancellationToken)
            .ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            UpgradeRun run = new(existing, api, image, targets, options) { CgroupVersion = host.CgroupVersionNumber };
            using (ForgeStep step = reporter.Step("check versions and images"))
            {
                run = await CheckAsync(run, details, cancellationToken).ConfigureAwait(false);
                step.Finish(run.Image.Version.ToString());
            }

            UpgradedCluster upgraded = new(cluster, run.Image.Version.ToString(), run.Nodes());
            if (!options.DryRun && targets.Length > 0)
                await UpgradeAsync(run, cancellationToken).ConfigureAwait(false);
            return upgraded;
        }
    }

    private static bool IsOn(ContainerSummary container, string image) => container.Labels.GetValueOrDefault(ClusterLabels.Image) == image;

    private async Task RefuseLeftoversAsync(string cluster, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await NodeSelection.AllAsync(engine, cluster, cancellationToken).ConfigureAwait(false);
        Diagnostic[] left =
        [
            .. containers
                .Where(NodeReplacement.IsAside)
                .Select(aside =>
                {
                    string node = aside.Name[..^NodeReplacement.AsideOf(string.Empty).Length];
                    return new Diagnostic(ErrorCodes.UpgradeInterrupted, "an earlier upgrade of this node was interrupted")
                    {
                        Where = new(node),
                        Got = $"its old container is there as {aside.Name}",
                        Hint =
                            $"where the new one is well: docker rm --force --volumes {aside.Name}; else: {NodeReplacement.ByHand(node, cluster)}",
                    };
                }),
        ];
        if (left.Length > 0)
            throw new NodeForgeException(left);
    }

    private async Task<UpgradeRun> CheckAsync(UpgradeRun run, ImageDetails details, CancellationToken cancellationToken)
    {
        ClusterState state = await ClusterState.ReadAsync(run.Api, cancellationToken).ConfigureAwait(false);
        List<VersionedNode> versions = [];
        foreach (NodePlan node in run.Existing.Plan.Nodes)
        {
            NodeImageFacts facts = await NodeImageFacts
                .ReadAsync(run.NodeOf(engine, node), run.Existing.ContainerOf(node).Image, cancellationToken)
                .ConfigureAwait(false);
            versions.Add(new(node.Name, node.Role, facts.Version));
        }

        CarriedKubernetes carried = CarriedKubernetes.Of(new(run.Options.Image, details)) ?? new(run.Options.Image, run.Image.Version);
        Diagnostic[] problems =
        [
            .. KubernetesCheck.OfImage(carried, run.CgroupVersion),
            .. UpgradeSkew.Problems(
                run.Options.Image,
                run.Image.Version,
                state.Version,
                versions,
                [.. run.Targets.Select(node => node.Name)]
            ),
        ];
        if (problems.Any(problem => problem.Severity == Severity.Error))
            throw new NodeForgeException([.. problems.Where(problem => problem.Severity == Severity.Error)]);
        foreach (Diagnostic warning in problems)
            reporter.Warn(warning);
        return run with
        {
            State = state,
            Versions = versions,
            Store = await run.Image.BootAsync(state.Repository, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task UpgradeAsync(UpgradeRun run, CancellationToken cancellationToken)
    {
        if (run.WithControlPlane)
        {
            // kubeadm writes static pods and add-ons of the new version, which run in old containers too until their turn comes.
            using ForgeStep step = reporter.Step("bring the new images into the nodes");
            NodeStore[] stores = await Task.WhenAll(
                    run.Existing.Plan.Nodes.Select(node => NodeStore.ReadAsync(run.NodeOf(engine, node), cancellationToken))
                )
                .ConfigureAwait(false);
            int images = await CarriedImages.CarryAsync(run.Store!, stores, step, cancellationToken).ConfigureAwait(false);
            step.Finish(Quantity.Of(images, "image"));
            if (run.CgroupVersion == 1 && Changes.FailsOnCgroupV1.HoldsFor(run.Image.Version))
                await ClusterState.AllowCgroup1Async(run.Api, cancellationToken).ConfigureAwait(false);
        }

        KubeadmDocumentSet first = await KeptConfiguration
            .ReadAsync(run.NodeOf(engine, run.Existing.Plan.First), cancellationToken)
            .ConfigureAwait(false);
        foreach (NodePlan node in run.Targets)
            await UpgradeAsync(run, node, first, cancellationToken).ConfigureAwait(false);
    }

    private async Task UpgradeAsync(UpgradeRun run, NodePlan node, KubeadmDocumentSet first, CancellationToken cancellationToken)
    {
        ClusterNode old = run.NodeOf(engine, node);
        NodeReplacement replacement = new(engine, clock, run.Existing.Plan, run.Api, run.Image, run.Store!, run.Options.Wait);
        bool cordoned = await NodeCordon.IsCordonedAsync(run.Api, node.Name, cancellationToken).ConfigureAwait(false);
        try
        {
            if (run.RunsKubeadm)
                await KubeadmAsync(run, node, old, first, cancellationToken).ConfigureAwait(false);
            await DrainAsync(run, node, cancellationToken).ConfigureAwait(false);
            using ForgeStep step = reporter.Step($"replace {node.Name}");
            await replacement.RunAsync(node, old, cancellationToken).ConfigureAwait(false);
            await NodeCordon.UncordonAsync(run.Api, node.Name, cordoned, run.Options.Wait, cancellationToken).ConfigureAwait(false);
            step.Finish(run.Image.Version.ToString());
        }
        catch (Exception failure)
        {
            FailedNodes failed = new(
                engine,
                reporter,
                clock,
                replacement.Scope(
                    node,
                    run.Options,
                    async token =>
                    {
                        await replacement.PutBackAsync(node, old, token).ConfigureAwait(false);
                        await NodeCordon.UncordonAsync(run.Api, node.Name, cordoned, run.Options.Wait, token).ConfigureAwait(false);
                    }
                )
            );
            Exception explained = await failed.ExplainAsync(failure, cancellationToken).ConfigureAwait(false);
            throw Told(explained, node.Name, failed.LeftNothing, run.Existing.Plan.Name);
        }
    }

    private async Task KubeadmAsync(
        UpgradeRun run,
        NodePlan node,
        ClusterNode old,
        KubeadmDocumentSet first,
        CancellationToken cancellationToken
    )
    {
        ClusterState state = await ClusterState.ReadAsync(run.Api, cancellationToken).ConfigureAwait(false);
        bool applies = node.Role == NodeRole.ControlPlane && (state.Version != run.Image.Version || node == run.Targets[0]);
        using ForgeStep step = reporter.Step($"kubeadm upgrade {(applies ? "apply" : "node")} on {node.Name}");
        string program = await run.Image.GiveKubeadmAsync(old, cancellationToken).ConfigureAwait(false);
        await KubeadmUpgrade
            .RunAsync(old, node, run.Api, program, run.Image.Version, applies, clock, cancellationToken)
            .ConfigureAwait(false);
        await KubeadmUpgrade.KeepOwnKubeletAsync(old, first, clock, cancellationToken).ConfigureAwait(false);
        step.Finish();
    }

    private async Task DrainAsync(UpgradeRun run, NodePlan node, CancellationToken cancellationToken)
    {
        using ForgeStep step = reporter.Step($"drain {node.Name}");
        try
        {
            int moved = await new NodeDrain(run.Api, node.Name) { LeavesBare = true }
                .RunAsync(run.Options.Drain, cancellationToken)
                .ConfigureAwait(false);
            step.Finish(moved == 1 ? "1 pod" : $"{moved} pods");
        }
        catch (NodeForgeException held) when (held.Diagnostics.All(problem => problem.Code == ErrorCodes.DrainTimeout))
        {
            throw new NodeForgeException(
                [
                    .. held.Diagnostics.Select(problem =>
                        problem with
                        {
                            Hint = "wait longer with --drain, or let the pod go: its disruption budget may want another replica",
                        }
                    ),
                ],
                held
            );
        }
    }

    private static Exception Told(Exception explained, string node, bool putBack, string cluster)
    {
        Diagnostic fate = putBack
            ? new(ErrorCodes.NodePutBack, "the node could not be upgraded, and runs on its old image again")
            {
                Where = new(node),
                Hint = "remove the cause that the other message names, and run the command again: it goes on here",
            }
            : new(ErrorCodes.NodeNotPutBack, "the node could not be upgraded, nor be put back")
            {
                Where = new(node),
                Hint = NodeReplacement.ByHand(node, cluster),
            };
        return explained is NodeForgeException known ? new NodeForgeException([.. known.Diagnostics, fate], known)
            : explained is OperationCanceledException && putBack ? explained
            : new NodeForgeException([fate], explained);
    }
}

using System.Diagnostics;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>What happens to a cluster after it was made: nodes are stopped and started, added and removed.</summary>
/// <param name="engine">Where the nodes run.</param>
/// <param name="reporter">Hears of each step.</param>
/// <param name="clock">Dates certificates and files.</param>
public sealed class ClusterLife(EngineClient engine, IForgeReporter reporter, TimeProvider clock)
{
    // systemd in a node stops its services first: pods get their own grace before that.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    /// <summary>Stops nodes; their state stays, and an engine's restart leaves them stopped.</summary>
    /// <param name="nodes">Names; empty for all of the cluster's, its load balancer with them.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>, <see cref="ErrorCodes.NodeMissing"/> and the NF55
    /// range.</exception>
    public async Task StopAsync(string cluster, IReadOnlyList<string> nodes, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await ContainersAsync(cluster, nodes, cancellationToken).ConfigureAwait(false);
        await EachAsync(
                "stop",
                containers,
                async container =>
                {
                    await KeepOverRestarts.UnsetAsync(engine, container.Id, cancellationToken).ConfigureAwait(false);
                    await engine.Containers.StopAsync(container.Id, StopPatience, cancellationToken).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
    }

    /// <summary>Starts nodes, and waits until they say that they are Ready, those without Kubernetes until their systems are up; an
    /// engine's restart starts them from then on.</summary>
    /// <param name="nodes">Names; empty for all of the cluster's, its load balancer with them.</param>
    /// <param name="wait">How long they may take; zero does not wait.</param>
    /// <exception cref="NodeForgeException">As <see cref="StopAsync"/>; <see cref="ErrorCodes.NodesNotReady"/>,
    /// <see cref="ErrorCodes.ApiServerTimeout"/>, <see cref="ErrorCodes.NodeBootTimeout"/>.</exception>
    public async Task StartAsync(string cluster, IReadOnlyList<string> nodes, TimeSpan wait, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await ContainersAsync(cluster, nodes, cancellationToken).ConfigureAwait(false);
        await EachAsync(
                "start",
                containers,
                async container =>
                {
                    await engine.Containers.StartAsync(container.Id, cancellationToken).ConfigureAwait(false);
                    // Not once it is Ready: it is meant to run from now on, however long that takes.
                    await KeepOverRestarts.SetAsync(engine, container.Id, cancellationToken).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
        ContainerSummary[] awaited = [.. containers.Where(NodeSelection.IsNode)];
        if (wait > TimeSpan.Zero && awaited.Length > 0)
            await AwaitAsync(cluster, awaited, wait, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds a node, made as those of the cluster's creation are, and waits until it is Ready.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>, <see cref="ErrorCodes.NodeMissing"/>,
    /// <see cref="ErrorCodes.InvalidCommandLine"/>, <see cref="ErrorCodes.ClusterNotOurs"/>, <see cref="ErrorCodes.ControlPlaneFixed"/>,
    /// <see cref="ErrorCodes.NodeNotRunning"/>,
    /// <see cref="ErrorCodes.NodesNotReady"/> and the NF55 range. What was made of the node is removed again.</exception>
    public async Task<AddedNode> AddAsync(string cluster, AddNodeOptions options, CancellationToken cancellationToken)
    {
        ExistingCluster existing = await ExistingCluster.ReadAsync(engine, cluster, cancellationToken).ConfigureAwait(false);
        NodePlan like = existing.Like(options);
        if (options.Image is { } image && await engine.Images.FindAsync(image, cancellationToken).ConfigureAwait(false) is null)
            throw new NodeForgeException(WantedImage.Missing(image, engine.Endpoint.ToString()));
        NodeAddition addition = new(engine, clock, existing, like);
        NodeRole role = options.Role ?? (options.Like is null ? NodeRole.Worker : like.Role);
        (ClusterPlan plan, NodePlan node) = existing.With(await addition.ConfigAsync(role, cancellationToken).ConfigureAwait(false));
        try
        {
            using (ForgeStep step = reporter.Step($"add {node.Name}"))
            {
                await addition.RunAsync(plan, node, options, cancellationToken).ConfigureAwait(false);
                step.Finish();
            }

            if (options.Wait > TimeSpan.Zero)
                await AwaitAsync(
                        cluster,
                        await NodeSelection.OfAsync(engine, cluster, [node.Name], cancellationToken).ConfigureAwait(false),
                        options.Wait,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
            await KeepOverRestarts.SetAsync(engine, node.Name, cancellationToken).ConfigureAwait(false);
            return new(node.Name, ClusterLabels.Of(node.Role), node.Address.ToString());
        }
        catch (Exception failure)
        {
            throw await new FailedNodes(engine, reporter, clock, addition.Scope(node, options))
                .ExplainAsync(failure, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Removes a node: its pods move first, then it leaves etcd if it is a control plane, the load balancer, the API server and
    /// the engine.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeMissing"/>, <see cref="ErrorCodes.ControlPlaneFixed"/>,
    /// <see cref="ErrorCodes.DrainTimeout"/>, <see cref="ErrorCodes.EtcdMemberStuck"/>,
    /// <see cref="ErrorCodes.ApiServerTimeout"/> and the NF55 range. The node is there then as it was, but takes no new pods.</exception>
    public async Task DeleteAsync(string cluster, string name, DeleteNodeOptions options, CancellationToken cancellationToken)
    {
        ContainerSummary container = (await NodeSelection.OfAsync(engine, cluster, [name], cancellationToken).ConfigureAwait(false))[0];
        CheckRemovable(cluster, container, await NodeSelection.AllAsync(engine, cluster, cancellationToken).ConfigureAwait(false));
        ExistingCluster existing = await ExistingCluster.ReadAsync(engine, cluster, cancellationToken).ConfigureAwait(false);
        using KubernetesApi api = new(await new ClusterCatalog(engine).KubeconfigAsync(cluster, cancellationToken).ConfigureAwait(false));
        NodeDrain drain = new(api, name);
        if (container.State == "running" && !options.Force)
        {
            using ForgeStep draining = reporter.Step($"drain {name}");
            int moved = await drain.RunAsync(options.Wait, cancellationToken).ConfigureAwait(false);
            draining.Finish(moved == 1 ? "1 pod" : $"{moved} pods");
        }

        using ForgeStep step = reporter.Step($"delete {name}");
        await new NodeRemoval(engine, clock, existing).RunAsync(name, drain, cancellationToken).ConfigureAwait(false);
        step.Finish();
    }

    private Task<IReadOnlyList<ContainerSummary>> ContainersAsync(
        string cluster,
        IReadOnlyList<string> nodes,
        CancellationToken cancellationToken
    ) =>
        nodes.Count == 0
            ? NodeSelection.AllAsync(engine, cluster, cancellationToken)
            : NodeSelection.OfAsync(engine, cluster, nodes, cancellationToken);

    private static void CheckRemovable(string cluster, ContainerSummary container, IReadOnlyList<ContainerSummary> all)
    {
        bool last =
            NodeSelection.RoleOf(container) == ClusterLabels.ControlPlane
            && all.Count(other => NodeSelection.RoleOf(other) == ClusterLabels.ControlPlane) == 1;
        if (!last && NodeSelection.IsNode(container))
            return;
        throw new NodeForgeException(
            new Diagnostic(
                ErrorCodes.ControlPlaneFixed,
                last ? "this is the cluster's only control plane" : "this is the cluster's load balancer, not a node"
            )
            {
                Where = new(container.Name),
                Hint = $"to remove the whole cluster: nodeforge delete cluster --name {cluster}",
            }
        );
    }

    private async Task AwaitAsync(string cluster, IReadOnlyList<ContainerSummary> nodes, TimeSpan wait, CancellationToken cancellationToken)
    {
        using ForgeStep step = reporter.Step(nodes.Count == 1 ? $"await {nodes[0].Name}" : "await nodes");
        if (nodes.Any(BareNode.IsOne))
        {
            // Whether there is a Kubernetes by now, and of which nodes, only its maker knows.
            await Task.WhenAll(nodes.Select(node => BareBoot.AwaitAsync(new(engine, node.Id, node.Name), wait, cancellationToken)))
                .ConfigureAwait(false);
            step.Finish();
            return;
        }

        using KubernetesApi api = new(await new ClusterCatalog(engine).KubeconfigAsync(cluster, cancellationToken).ConfigureAwait(false));
        long begun = Stopwatch.GetTimestamp();
        IReadOnlyDictionary<string, DateTimeOffset> started = await NodeStarts
            .OfAsync(engine, nodes, cancellationToken)
            .ConfigureAwait(false);
        await AwaitReady
            .RunAsync(api, started, wait, meanwhile: null, "look into nodeforge export logs", cancellationToken)
            .ConfigureAwait(false);
        ClusterNode[] running =
        [
            .. (await NodeSelection.AllAsync(engine, cluster, cancellationToken).ConfigureAwait(false))
                .Where(node => NodeSelection.IsNode(node) && node.State == "running")
                .Select(node => new ClusterNode(engine, node.Id, node.Name)),
        ];
        await AwaitPodNetwork.RunAsync(api, running, wait - Stopwatch.GetElapsedTime(begun), cancellationToken).ConfigureAwait(false);
        step.Finish();
    }

    private Task EachAsync(string verb, IEnumerable<ContainerSummary> containers, Func<ContainerSummary, Task> action) =>
        Task.WhenAll(
            containers.Select(async container =>
            {
                using ForgeStep step = reporter.Step($"{verb} {container.Name}");
                await action(container).ConfigureAwait(false);
                step.Finish();
            })
        );
}

using System.Diagnostics;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Certificates;
using NodeForge.Kubernetes.Kubeadm;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Clusters.Creation;

/// <summary>The program of a creation: which action waits for which. Everything that can runs side by side.</summary>
internal sealed class ClusterCreation(CreationContext context)
{
    private readonly Timeline timeline = context.Timeline;
    private readonly CreateOptions options = context.Options;

    public async Task<CreatedCluster> RunAsync()
    {
        Task<ClusterAuthorities> making = timeline.Start(
            "make certificate authorities",
            _ => Task.FromResult(ClusterAuthorities.Create(context.Clock))
        );
        ClusterPlan plan = await context.PlanAsync().ConfigureAwait(false) with
        {
            BootstrapToken = BootstrapToken.Create(),
            CgroupVersion = context.Host.Information.CgroupVersionNumber,
        };
        Task<PreparedNode> creating = CreateAsync(plan, plan.First, making);
        using ClusterAuthorities authorities = await making.ConfigureAwait(false);
        Kubeconfig kubeconfig = new(plan.Name, plan.PublishedEndpoint, authorities.Cluster.Pair.Certificate, authorities.Administrator());
        using KubernetesApi api = new(kubeconfig);
        NodesAlive alive = new(context.Engine, plan);

        PreparedNode first = await creating.ConfigureAwait(false);
        await timeline.Start("start control plane", token => NodeKubeadm.StartFirstAsync(first, token)).ConfigureAwait(false);
        // The other nodes boot while the first one's API server starts, on one core; booting beside it they would only take the processor
        // from it.
        Task balancer = context.StartBalancer(plan);
        Dictionary<NodePlan, Task<PreparedNode>> others = plan
            .Nodes.Where(node => node != plan.First)
            .ToDictionary(node => node, node => BootAsync(plan, node, making));
        // The kubelet starts once the images are in.
        Task<NodeImages> looking = timeline.Start("look for images", token => LookForImages.RunAsync(first, token));
        await balancer.ConfigureAwait(false);
        await timeline
            .Start(
                "await API server",
                token => AwaitApiServer.UsableAsync(api, kubeconfig, options.Within(options.ApiServerWait), alive, token)
            )
            .ConfigureAwait(false);
        Task assigning = plan.KnowsPodRanges
            ? timeline.Start(
                "assign pod ranges",
                token => AssignPodRanges.RunAsync(api, plan, options.Within(AssignPodRanges.AtMost), token)
            )
            : Task.CompletedTask;
        Task ready = timeline.Start(
            "await its readiness",
            token => AwaitApiServer.ReadyAsync(api, kubeconfig, options.Within(options.ApiServerWait), alive, token)
        );

        NodeImages images = await looking.ConfigureAwait(false);
        if (LookForImages.WarningOf(images, first) is { } incomplete)
            timeline.Warn(incomplete);
        bool hasDns = images.HasDns;
        Task configured = timeline.Start("configure cluster", token => ConfigureCluster.RunAsync(first, plan, hasDns, api, token));
        Task[] rest =
        [
            assigning,
            ready,
            timeline.Start("apply manifests", token => ApplyManifests.RunAsync(first, plan, ready, token)),
            .. plan.Workers.Select(node => StartWorkerAsync(api, others[node])),
            JoinControlPlanesAsync(plan, others, Task.WhenAll(configured, ready)),
        ];
        await Task.WhenAll([configured, .. rest]).ConfigureAwait(false);
        // Without a pod network of ours nodes wait for the user's.
        if (options.Wait > TimeSpan.Zero && !context.Config.Networking.DisableDefaultCni)
            await timeline
                .Start(
                    "await nodes",
                    async token =>
                        await AwaitNodesAsync(api, plan, alive, [first, .. await Task.WhenAll(others.Values).ConfigureAwait(false)], token)
                            .ConfigureAwait(false)
                )
                .ConfigureAwait(false);
        await context.KeepOverRestartsAsync(plan).ConfigureAwait(false);
        // Last: a creation that fails leaves the file as it was.
        await timeline
            .Start("write kubeconfig", token => Task.Run(() => KubeconfigFile.Add(options.Kubeconfig!, kubeconfig), token))
            .ConfigureAwait(false);
        return context.Made(plan, options.Kubeconfig, hasDns);
    }

    private async Task AwaitNodesAsync(
        KubernetesApi api,
        ClusterPlan plan,
        NodesAlive alive,
        IEnumerable<PreparedNode> nodes,
        CancellationToken cancellationToken
    )
    {
        long begun = Stopwatch.GetTimestamp();
        Dictionary<string, DateTimeOffset> ever = plan.Nodes.ToDictionary(node => node.Name, _ => DateTimeOffset.MinValue);
        await AwaitReady
            .RunAsync(api, ever, options.Wait, alive.CheckAsync, "look into the diagnostics folder", cancellationToken)
            .ConfigureAwait(false);
        await AwaitPodNetwork
            .RunAsync(api, [.. nodes.Select(node => node.Container)], options.Wait - Stopwatch.GetElapsedTime(begun), cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<PreparedNode> CreateAsync(ClusterPlan plan, NodePlan node, Task<ClusterAuthorities> authorities)
    {
        PreparedNode prepared = await timeline
            .Start(
                $"create {node.Name}",
                token =>
                    context.BringUp.CreateAsync(
                        node,
                        NodeContainer.Of(plan, node, context.Image),
                        async told => NodeContents.New(plan, node, told, await authorities.ConfigureAwait(false)),
                        token
                    )
            )
            .ConfigureAwait(false);
        foreach (Diagnostic unused in KubeadmDocuments.Unmatched(plan, node, prepared.Facts.Version))
            timeline.Warn(unused);
        await context.PatchAsync(prepared).ConfigureAwait(false);
        return prepared with { JoinAtMost = options.Within(prepared.JoinAtMost) };
    }

    private async Task<PreparedNode> BootAsync(ClusterPlan plan, NodePlan node, Task<ClusterAuthorities> authorities)
    {
        PreparedNode prepared = await CreateAsync(plan, node, authorities).ConfigureAwait(false);
        if (node.Role == NodeRole.Worker)
            await timeline
                .Start($"configure {node.Name}", token => NodeKubeadm.ConfigureWorkerAsync(prepared, token))
                .ConfigureAwait(false);
        return prepared;
    }

    private async Task StartWorkerAsync(KubernetesApi api, Task<PreparedNode> booting)
    {
        PreparedNode node = await booting.ConfigureAwait(false);
        await timeline.Start($"start {node.Plan.Name}", token => NodeKubeadm.StartKubeletAsync(node, token)).ConfigureAwait(false);
        if (RuntimeAnnotation.IsWanted(node))
            await timeline
                .Start(
                    $"register {node.Plan.Name}",
                    token => RuntimeAnnotation.WriteAsync(api, node, options.Within(RuntimeAnnotation.AtMost), token)
                )
                .ConfigureAwait(false);
    }

    private async Task JoinControlPlanesAsync(ClusterPlan plan, Dictionary<NodePlan, Task<PreparedNode>> nodes, Task whole)
    {
        await whole.ConfigureAwait(false);
        Dictionary<NodePlan, Task<PreparedNode>> preparing = plan
            .ControlPlanes.Skip(1)
            .ToDictionary(plane => plane, plane => PrepareAsync(nodes[plane]));
        List<Task> starting = [];
        foreach ((NodePlan plane, Task<PreparedNode> prepared) in preparing)
        {
            PreparedNode node = await prepared.ConfigureAwait(false);
            await timeline.Start($"join {plane.Name}", token => NodeKubeadm.JoinAsync(node, token)).ConfigureAwait(false);
            starting.Add(timeline.Start($"await API server of {plane.Name}", token => NodeKubeadm.AwaitOwnApiServerAsync(node, token)));
        }

        await Task.WhenAll(starting).ConfigureAwait(false);
    }

    private async Task<PreparedNode> PrepareAsync(Task<PreparedNode> booting)
    {
        PreparedNode node = await booting.ConfigureAwait(false);
        await timeline.Start($"prepare {node.Plan.Name}", token => NodeKubeadm.PrepareJoinAsync(node, token)).ConfigureAwait(false);
        return node;
    }
}

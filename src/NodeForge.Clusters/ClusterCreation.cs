using NodeForge.Engines;

namespace NodeForge.Clusters;

/// <summary>The program of a creation: which action waits for which. Everything that can runs side by side.</summary>
internal sealed class ClusterCreation(EngineClient engine, Timeline timeline, TimeProvider clock, ClusterConfig config, EngineFacts facts, string creationId, CreateOptions options)
{
    // By its ID: a name may come to mean another image meanwhile.
    private readonly string image = facts.Images[0].Details!.Id;

    public async Task<CreatedCluster> RunAsync()
    {
        Task<ClusterAuthorities> making = timeline.Start("make certificate authorities", _ => Task.FromResult(ClusterAuthorities.Create(clock)));
        ClusterNetwork network = await timeline.Start("create network", token => CreateNetwork.RunAsync(engine, config, creationId, token)).ConfigureAwait(false);
        using ClusterAuthorities authorities = await making.ConfigureAwait(false);
        ClusterPlan plan = ClusterPlan.Of(config, network, ApiPort(), overlaySnapshots: facts.Information.Driver.StartsWith("overlay", StringComparison.Ordinal)) with { Creation = creationId };
        Kubeconfig kubeconfig = new(plan.Name, plan.PublishedEndpoint, authorities.Cluster.Pair.Certificate, authorities.Administrator());
        using KubernetesApi api = new(kubeconfig);
        NodesAlive alive = new(engine, plan);

        Task balancer = StartBalancer(plan);
        Dictionary<NodePlan, Task<PreparedNode>> nodes = plan.Nodes.ToDictionary(node => node, node => CreateAsync(plan, node, authorities));
        PreparedNode first = await nodes[plan.First].ConfigureAwait(false);
        Task seeding = Task.WhenAll(nodes.Values.Select(creating => SeedAsync(plan, creating)));
        await timeline.Start("start control plane", token => StartControlPlane.RunAsync(first, token)).ConfigureAwait(false);
        // The kubelet starts once the images are in.
        Task<bool> dns = timeline.Start("look for DNS", token => LookForDns.RunAsync(first, token));
        await balancer.ConfigureAwait(false);
        Task assigning = plan.KnowsPodRanges ? timeline.Start("assign pod ranges", token => AssignPodRanges.RunAsync(api, plan, token)) : Task.CompletedTask;
        await timeline.Start("await API server", token => AwaitApiServer.UsableAsync(api, kubeconfig, options.ApiServerWait, alive, token)).ConfigureAwait(false);
        Task ready = timeline.Start("await its readiness", token => AwaitApiServer.ReadyAsync(api, kubeconfig, options.ApiServerWait, alive, token));

        bool hasDns = await dns.ConfigureAwait(false);
        Task configured = timeline.Start("configure cluster", token => ConfigureCluster.RunAsync(first, plan, hasDns, token));
        Task[] rest =
        [
            seeding,
            assigning,
            ready,
            timeline.Start("apply manifests", token => ApplyManifests.RunAsync(first, plan, ready, token)),
            .. plan.Workers.Select(node => StartWorkerAsync(nodes[node], seeding)),
            JoinControlPlanesAsync(plan, nodes, Task.WhenAll(configured, ready)),
        ];
        await Task.WhenAll([configured, .. rest]).ConfigureAwait(false);
        // Without a pod network of ours nodes wait for the user's.
        if (options.Wait > TimeSpan.Zero && !config.Networking.DisableDefaultCni)
            await timeline.Start("await nodes", token => AwaitReady.RunAsync(api, plan, options.Wait, alive, token)).ConfigureAwait(false);
        await timeline.Start("keep over restarts", token => KeepOverRestarts.RunAsync(engine, plan, token)).ConfigureAwait(false);
        // Last: a creation that fails leaves the file as it was.
        await timeline.Start("write kubeconfig", token => Task.Run(() => KubeconfigFile.Add(options.KubeconfigPath, kubeconfig), token)).ConfigureAwait(false);
        return new(plan.Name, [.. plan.Nodes.Select(node => node.Name)], plan.PublishedEndpoint, options.KubeconfigPath, hasDns, timeline.Entries);
    }

    private int ApiPort() => config.Networking.ApiServerPort > 0 ? config.Networking.ApiServerPort : FreePort.Choose(config.Networking.ApiServerAddress);

    private Task StartBalancer(ClusterPlan plan) => plan.Balancer is { } balancer
        ? timeline.Start($"create {balancer.Name}", token => CreateBalancer.RunAsync(engine, plan, balancer, image, clock, token))
        : Task.CompletedTask;

    private async Task<PreparedNode> CreateAsync(ClusterPlan plan, NodePlan node, ClusterAuthorities authorities)
    {
        PreparedNode prepared = await timeline.Start($"create {node.Name}", token => CreateNode.RunAsync(engine, plan, node, image, authorities, token)).ConfigureAwait(false);
        if (config.Containerd.Any)
            await timeline.Start($"patch containerd of {node.Name}", token => PatchContainerd.RunAsync(prepared, config.Containerd, clock, token)).ConfigureAwait(false);
        return prepared;
    }

    private async Task SeedAsync(ClusterPlan plan, Task<PreparedNode> creating)
    {
        PreparedNode node = await creating.ConfigureAwait(false);
        if (SeedPodNetwork.Applies(plan, node.Facts))
            await timeline.Start($"seed pod network of {node.Plan.Name}", token => SeedPodNetwork.RunAsync(node, token)).ConfigureAwait(false);
    }

    private async Task StartWorkerAsync(Task<PreparedNode> creating, Task seeding)
    {
        PreparedNode node = await creating.ConfigureAwait(false);
        await seeding.ConfigureAwait(false);
        await timeline.Start($"start {node.Plan.Name}", token => StartWorker.RunAsync(node, token)).ConfigureAwait(false);
    }

    private async Task JoinControlPlanesAsync(ClusterPlan plan, Dictionary<NodePlan, Task<PreparedNode>> nodes, Task whole)
    {
        await whole.ConfigureAwait(false);
        foreach (NodePlan plane in plan.ControlPlanes.Skip(1))
        {
            PreparedNode node = await nodes[plane].ConfigureAwait(false);
            await timeline.Start($"join {plane.Name}", token => JoinControlPlane.RunAsync(node, token)).ConfigureAwait(false);
        }
    }
}

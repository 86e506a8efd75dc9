using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;

namespace NodeForge.Clusters.Creation;

/// <summary>What a creation is made of, and the steps that every creation has, with Kubernetes or without.</summary>
/// <param name="Engine">Where the nodes run.</param>
/// <param name="Timeline">Runs the actions.</param>
/// <param name="Clock">Dates certificates and files.</param>
/// <param name="Config">What to make.</param>
/// <param name="Facts">What is known of the machine.</param>
/// <param name="Id">Tells what this creation made from what others did.</param>
/// <param name="Options">How.</param>
internal sealed record CreationContext(
    EngineClient Engine,
    Timeline Timeline,
    TimeProvider Clock,
    ClusterConfig Config,
    MachineFacts Facts,
    string Id,
    CreateOptions Options
)
{
    public EngineFacts Host => Facts.Engine!;

    public string Image => Host.NodeImageId;

    public NodeBringUp BringUp { get; } = new(Engine, Clock);

    /// <summary>Creates the network, and plans the cluster in it.</summary>
    public async Task<ClusterPlan> PlanAsync()
    {
        ClusterNetwork network = await Timeline
            .Start("create network", token => CreateNetwork.RunAsync(Engine, Config, Id, Options.AirGapped, token))
            .ConfigureAwait(false);
        NetworkingConfig networking = Config.Networking;
        return ClusterPlan.Of(
            Config,
            network,
            networking.ApiServerPort > 0 ? networking.ApiServerPort : FreePort.Choose(networking.ApiServerAddress),
            overlaySnapshots: Host.Information.Driver.StartsWith("overlay", StringComparison.Ordinal),
            Options.AirGapped
        ) with
        {
            Creation = Id,
            Host = Facts.NodeHost,
        };
    }

    public Task StartBalancer(ClusterPlan plan) =>
        plan.Balancer is { } balancer
            ? Timeline.Start($"create {balancer.Name}", token => CreateBalancer.RunAsync(Engine, plan, balancer, Image, Clock, token))
            : Task.CompletedTask;

    public async Task PatchAsync(PreparedNode node)
    {
        if (node.Containerd.Any)
            await Timeline.Start($"patch containerd of {node.Plan.Name}", token => BringUp.PatchAsync(node, token)).ConfigureAwait(false);
    }

    public Task KeepOverRestartsAsync(ClusterPlan plan) =>
        Timeline.Start("keep over restarts", token => KeepOverRestarts.RunAsync(Engine, plan, token));

    public CreatedCluster Made(ClusterPlan plan, string? kubeconfig, bool hasDns) =>
        new(plan.Name, [.. plan.Nodes.Select(node => node.Name)], plan.PublishedEndpoint, kubeconfig, hasDns, Timeline.Entries);
}

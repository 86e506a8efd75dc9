using NodeForge.Engines;

namespace NodeForge.Clusters;

/// <summary>Lets an engine that was restarted start a whole cluster's containers again, except those that its user had stopped.</summary>
/// <remarks>While a cluster is made one restart is all that a dying node gets, or its death would never be seen. That policy, "on-failure", would later
/// start again what was stopped on purpose: a halted systemd ends with 130, which is a failure to the engine.</remarks>
internal static class KeepOverRestarts
{
    public static Task RunAsync(EngineClient engine, ClusterPlan plan, CancellationToken cancellationToken) =>
        Task.WhenAll(plan.Nodes.Select(node => node.Name).Concat(plan.Balancer is { } balancer ? [balancer.Name] : Array.Empty<string>()).Select(name => SetAsync(engine, name, cancellationToken)));

    public static Task SetAsync(EngineClient engine, string container, CancellationToken cancellationToken) =>
        engine.Differences.ChangesRestartPolicies ? engine.Containers.SetRestartPolicyAsync(container, "unless-stopped", cancellationToken) : Task.CompletedTask;
}

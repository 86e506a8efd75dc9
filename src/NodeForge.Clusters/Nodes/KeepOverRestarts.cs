using NodeForge.Clusters.Planning;
using NodeForge.Engines;

namespace NodeForge.Clusters.Nodes;

/// <summary>Lets an engine that was restarted start a whole cluster's containers again, except those that were stopped by their
/// user.</summary>
/// <remarks>While a cluster is made one restart is all that a dying node gets, or its death would never be seen. That policy, "on-failure",
/// would later
/// start again what was stopped on purpose: a halted systemd ends with 130, which is a failure to the engine. "unless-stopped" knows no
/// difference between its user's stop
/// and the engine's own: Docker 20.10 that was killed stops, at its next start, the containers that lived on, and leaves them so.</remarks>
internal static class KeepOverRestarts
{
    public static Task RunAsync(EngineClient engine, ClusterPlan plan, CancellationToken cancellationToken) =>
        Task.WhenAll(
            plan.Nodes.Select(node => node.Name)
                .Concat(plan.Balancer is { } balancer ? [balancer.Name] : Array.Empty<string>())
                .Select(name => SetAsync(engine, name, cancellationToken))
        );

    public static Task SetAsync(EngineClient engine, string container, CancellationToken cancellationToken) =>
        ChangeAsync(engine, container, "always", cancellationToken);

    /// <summary>Before a stop: stopped with the policy it had, the container would run again after the engine's next start.</summary>
    public static Task UnsetAsync(EngineClient engine, string container, CancellationToken cancellationToken) =>
        ChangeAsync(engine, container, "no", cancellationToken);

    private static Task ChangeAsync(EngineClient engine, string container, string policy, CancellationToken cancellationToken) =>
        engine.Differences.ChangesRestartPolicies
            ? engine.Containers.SetRestartPolicyAsync(container, policy, cancellationToken)
            : Task.CompletedTask;
}

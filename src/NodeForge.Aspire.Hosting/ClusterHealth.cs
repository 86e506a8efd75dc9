using Microsoft.Extensions.Diagnostics.HealthChecks;
using NodeForge.Testing;

namespace NodeForge.Aspire.Hosting;

/// <summary>Whether a cluster's API server says that it is ready.</summary>
internal sealed class ClusterHealth(NodeForgeClusterResource resource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        resource.Running is not { } cluster ? HealthCheckResult.Unhealthy("the cluster is not there yet")
        : await cluster.IsReadyAsync(cancellationToken).ConfigureAwait(false) ? HealthCheckResult.Healthy()
        : HealthCheckResult.Unhealthy("the API server does not say that it is ready");
}

using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>Removes a cluster, whole or half-made; removing what is not there is no error.</summary>
[MSBuildMultiThreadableTask]
public sealed class DeleteCluster : ForgeTask
{
    [Required]
    public string ClusterName { get; set; } = "";

    /// <summary>The kubeconfig to change; empty: as kubectl finds it.</summary>
    public string? Kubeconfig { get; set; }

    private protected override Task RunAsync(Forge forge, CancellationToken cancellationToken) =>
        forge.Clusters.DeleteAsync(ClusterName, string.IsNullOrEmpty(Kubeconfig) ? null : Host.Resolve(Kubeconfig), cancellationToken);
}

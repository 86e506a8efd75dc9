using NodeForge.Clusters.Creation;
using NodeForge.Engines;

namespace NodeForge.Clusters.Trials;

/// <summary>Says which trials go on, so that what a killed one left is found and removed by the next run.</summary>
/// <param name="engine">Has the clusters.</param>
/// <param name="provisioner">Removes them.</param>
/// <param name="reporter">Hears of what cannot be removed; the next run tries again.</param>
/// <param name="host">Dates leases.</param>
/// <param name="folder">Where they lie.</param>
/// <param name="scratch">Has the clusters' kubeconfigs.</param>
internal sealed class TrialLeases(
    EngineClient engine,
    ClusterProvisioner provisioner,
    IForgeReporter reporter,
    HostEnvironment host,
    string folder,
    string scratch
)
{
    public static string FolderOf(HostEnvironment host) => Path.Combine(StateFolder.Of(host), "trials");

    public string KubeconfigOf(string cluster) => Path.Combine(scratch, cluster + ".kubeconfig");

    /// <summary>Held as long as the trial goes on, however its process ends.</summary>
    /// <param name="cluster">Its name.</param>
    /// <param name="image">What is tried.</param>
    public CreationJournal Take(string cluster, string image)
    {
        CreationJournal lease = CreationJournal.Begin(folder, cluster, engine.Endpoint);
        lease.Write(
            new()
            {
                Cluster = cluster,
                Engine = engine.Endpoint.ToString(),
                Image = image,
                Process = Environment.ProcessId,
                Started = host.Clock.GetUtcNow(),
            }
        );
        return lease;
    }

    /// <summary>Removes a trial's cluster, and its lease.</summary>
    public async Task EndAsync(CreationJournal lease, string cluster, CancellationToken cancellationToken)
    {
        string kubeconfig = KubeconfigOf(cluster);
        await provisioner.DeleteAsync(cluster, kubeconfig, cancellationToken).ConfigureAwait(false);
        File.Delete(kubeconfig);
        lease.End();
    }

    /// <summary>Removes the clusters of this engine's trials whose process is gone, and the images that they had brought along.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (CreationJournal lease in CreationJournal.Abandoned(folder, engine.Endpoint))
        {
            using (lease)
            {
                try
                {
                    CreationEntry left = lease.Previous!;
                    await EndAsync(lease, left.Cluster, cancellationToken).ConfigureAwait(false);
                    if (left.Image.StartsWith(TrialImages.Repository, StringComparison.Ordinal))
                        await engine.Images.RemoveAsync(left.Image, force: false, cancellationToken).ConfigureAwait(false);
                }
                catch (NodeForgeException failure)
                {
                    foreach (Diagnostic problem in failure.Diagnostics)
                        reporter.Warn(problem with { Severity = Severity.Warning });
                }
            }
        }
    }
}

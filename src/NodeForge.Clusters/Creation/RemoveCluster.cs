using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Engines.Networks;
using NodeForge.Engines.Volumes;

namespace NodeForge.Clusters.Creation;

/// <summary>Removes what carries a cluster's labels, whole or half-made, and looks again until nothing is left.</summary>
internal static class RemoveCluster
{
    private const int Rounds = 5;

    /// <param name="engine">Where the cluster is.</param>
    /// <param name="cluster">Its name.</param>
    /// <param name="creation">Removes only what this creation made; null for everything.</param>
    /// <param name="cancellationToken">Ends the removal.</param>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterLeftovers"/>: what could not be removed, each with the engine's
    /// reason.</exception>
    public static async Task<bool> RunAsync(EngineClient engine, string cluster, string? creation, CancellationToken cancellationToken)
    {
        string[] made = creation is null ? [] : [$"{ClusterLabels.Creation}={creation}"];
        bool any = false;
        List<Diagnostic> left = [];
        for (int round = 0; round < Rounds; round++)
        {
            left.Clear();
            Task<IReadOnlyList<ContainerSummary>> listing = engine.Containers.ListAsync(
                [ClusterLabels.Of(cluster), .. made],
                cancellationToken
            );
            Task<IReadOnlyList<NetworkDetails>> listingNetworks = engine.Networks.ListAsync(
                [$"{ClusterLabels.Owner}={cluster}", .. made],
                cancellationToken
            );
            Task<IReadOnlyList<VolumeDetails>> listingVolumes = engine.Volumes.ListAsync(
                [$"{ClusterLabels.Owner}={cluster}", .. made],
                cancellationToken
            );
            // A killed container has left its network, which can go while the engine still removes the container's files.
            await Task.WhenAll(KillRunningAsync(engine, listing, cancellationToken), listingNetworks, listingVolumes).ConfigureAwait(false);
            IReadOnlyList<ContainerSummary> containers = await listing.ConfigureAwait(false);
            IReadOnlyList<NetworkDetails> networks = await listingNetworks.ConfigureAwait(false);
            IReadOnlyList<VolumeDetails> volumes = await listingVolumes.ConfigureAwait(false);
            await Task.WhenAll([
                    .. containers.Select(container =>
                        TryAsync(container.Name, () => NodeContainers.RemoveAsync(engine, container.Id, cancellationToken), left)
                    ),
                    .. networks.Select(network =>
                        TryAsync(network.Name, () => engine.Networks.RemoveAsync(network.Id, cancellationToken), left)
                    ),
                ])
                .ConfigureAwait(false);
            await Task.WhenAll(
                    volumes.Select(volume => TryAsync(volume.Name, () => engine.Volumes.RemoveAsync(volume.Name, cancellationToken), left))
                )
                .ConfigureAwait(false);
            if (containers.Count + networks.Count + volumes.Count == 0)
                return any;
            any = true;
        }

        return left.Count == 0 ? any : throw new NodeForgeException(left);
    }

    private static async Task KillRunningAsync(
        EngineClient engine,
        Task<IReadOnlyList<ContainerSummary>> listing,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<ContainerSummary> containers = await listing.ConfigureAwait(false);
        await Task.WhenAll(
                containers
                    .Where(container => container.State == "running")
                    .Select(container => NodeContainers.KillAsync(engine, container.Id, cancellationToken))
            )
            .ConfigureAwait(false);
    }

    private static async Task TryAsync(string name, Func<Task<bool>> remove, List<Diagnostic> left)
    {
        try
        {
            await remove().ConfigureAwait(false);
        }
        catch (NodeForgeException failure)
        {
            lock (left)
            {
                left.Add(
                    new(ErrorCodes.ClusterLeftovers, "this could not be removed")
                    {
                        Where = new(name),
                        Got = failure.Diagnostics[0].Got ?? failure.Diagnostics[0].What,
                        Hint = "remove what uses it, then run nodeforge delete cluster again",
                    }
                );
            }
        }
    }
}

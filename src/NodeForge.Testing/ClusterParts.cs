using NodeForge.Clusters.Configuration;

namespace NodeForge.Testing;

/// <summary>What a cluster is made of, once a bundle has given what it has.</summary>
/// <param name="Config">Its nodes.</param>
/// <param name="Image">The image of nodes that name none; null where each names one.</param>
/// <param name="Images">Images of the engine that the nodes are to have besides those that were asked for.</param>
internal sealed record ClusterParts(ClusterConfig Config, string? Image, IReadOnlyList<string> Images)
{
    public static async Task<ClusterParts> OfAsync(ClusterBuilder wanted, string name, CancellationToken cancellationToken)
    {
        if (wanted.Bundle is not { } bundle)
            return new(await wanted.ConfigurationAsync(name, cancellationToken).ConfigureAwait(false), wanted.Image, []);
        BundleProvider bundles = new Forge(ForgeOptions.From(wanted.Host), wanted.Reporter).Bundles;
        ClusterConfig? carried = wanted.SaysNodes
            ? null
            : await bundles.ReadClusterFileAsync(bundle, trust: null, cancellationToken).ConfigureAwait(false);
        ClusterConfig config = carried is null
            ? await wanted.ConfigurationAsync(name, cancellationToken).ConfigureAwait(false)
            : carried with
            {
                Name = name,
            };
        (string? image, IReadOnlyList<string> others) = await bundles
            .PrepareClusterAsync(bundle, config, wanted.Image, request: null, cancellationToken)
            .ConfigureAwait(false);
        return new(config, image, others);
    }
}

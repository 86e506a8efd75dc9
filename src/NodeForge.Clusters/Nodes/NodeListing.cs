using NodeForge.Clusters.Configuration;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Engines.Images;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Nodes;

/// <summary>Looks closer at containers of clusters, all at once: what the engine's list does not say.</summary>
internal sealed class NodeListing(EngineClient engine)
{
    private const string VersionFile = "/kind/version";
    private const int ShortId = 12;

    public async Task<IReadOnlyList<ListedNode>> OfAsync(IReadOnlyList<ContainerSummary> containers, CancellationToken cancellationToken)
    {
        Dictionary<string, Task<string>> images = containers
            .Select(container => container.Image)
            .Distinct()
            .ToDictionary(image => image, image => NameAsync(image, cancellationToken));
        return await Task.WhenAll(
                containers.Select(async container => new ListedNode(
                    container.Labels[ClusterLabels.Cluster],
                    container.Name,
                    NodeSelection.RoleOf(container),
                    container.State,
                    AddressesOf(container),
                    await images[container.Image].ConfigureAwait(false),
                    NodeSelection.IsNode(container) ? await VersionAsync(container, cancellationToken).ConfigureAwait(false) : null
                ))
            )
            .ConfigureAwait(false);
    }

    // A stopped container has no addresses, but those that it asked for are what it will have again.
    private static string[] AddressesOf(ContainerSummary container) =>
        [
            .. (container.NetworkSettings?.Networks ?? [])
                .Values.SelectMany(endpoint =>
                    (string?[])
                        [
                            Either(endpoint.IPAddress, endpoint.IPAMConfig?.IPv4Address),
                            Either(endpoint.GlobalIPv6Address, endpoint.IPAMConfig?.IPv6Address),
                        ]
                )
                .OfType<string>()
                .Distinct(),
        ];

    private static string? Either(string? now, string? wanted) =>
        now is { Length: > 0 } ? now
        : wanted is { Length: > 0 } ? wanted
        : null;

    // Nodes are made from an image's ID: a name may come to mean another image.
    private async Task<string> NameAsync(string image, CancellationToken cancellationToken)
    {
        if (!image.StartsWith("sha256:", StringComparison.Ordinal))
            return image;
        ImageDetails? details = await engine.Images.FindAsync(image, cancellationToken).ConfigureAwait(false);
        return details?.RepoTags is [var name, ..] ? name : image[..Math.Min(image.Length, "sha256:".Length + ShortId)];
    }

    /// <returns>Null where the node says nothing that is a version, or has just gone.</returns>
    private async Task<string?> VersionAsync(ContainerSummary container, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyDictionary<string, string> files = await new ClusterNode(engine, container.Id, container.Name)
                .ReadFolderAsync(VersionFile, cancellationToken)
                .ConfigureAwait(false);
            return KubernetesVersion.TryParse(files.Values.FirstOrDefault()?.Trim(), out KubernetesVersion version)
                ? version.ToString()
                : null;
        }
        catch (NodeForgeException failure) when (failure.Is(ErrorCodes.EngineObjectMissing))
        {
            return null;
        }
    }
}

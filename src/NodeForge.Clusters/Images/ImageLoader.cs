using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge.Clusters.Images;

/// <summary>Brings images into the nodes of a running cluster: only the blobs that a node lacks are sent, to all nodes at once, and nothing
/// where the image is there.</summary>
/// <param name="engine">Where the nodes run.</param>
/// <param name="reporter">Hears of each image.</param>
/// <param name="host">Where relative paths begin, and the time, which tells what another process left long ago.</param>
/// <param name="scratch">A folder for what cannot be streamed: a compressed archive, files of a layer that come in another order.</param>
public sealed class ImageLoader(EngineClient engine, IForgeReporter reporter, HostEnvironment host, string scratch)
{
    /// <summary>Opens what archives of other rooms are named by transport.</summary>
    public TransportHost Transports { get; init; } = TransportHost.Files;

    /// <summary>Loads images that the engine has.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="nodes">Names of nodes; empty for all.</param>
    /// <param name="images">Names, or IDs of images that have names.</param>
    /// <param name="cancellationToken">Ends it; a node then has an image whole or not at all.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>, <see cref="ErrorCodes.NodeMissing"/>,
    /// <see cref="ErrorCodes.NodeNotRunning"/>, <see cref="ErrorCodes.EngineObjectMissing"/>,
    /// <see cref="ErrorCodes.ImageWithoutName"/>, <see cref="ErrorCodes.PlatformMissing"/>, <see cref="ErrorCodes.NodeRefusedImage"/> and
    /// the rest of the NF55 range.</exception>
    public async Task<IReadOnlyList<LoadedImage>> LoadAsync(
        string cluster,
        IReadOnlyList<string> nodes,
        IReadOnlyList<string> images,
        CancellationToken cancellationToken
    )
    {
        Task<EngineImage[]> finding = FindAsync(images, cancellationToken);
        IReadOnlyList<ClusterNode> wanted = await NodesAsync(cluster, nodes, cancellationToken).ConfigureAwait(false);
        Task<NodeStore[]> reading = StoresAsync(wanted, cancellationToken);
        EngineImage[] found = await finding.ConfigureAwait(false);
        NodeStore[] stores = await reading.ConfigureAwait(false);
        List<LoadedImage> loaded = [];
        foreach (EngineImage image in found)
        {
            foreach (NodeStore store in stores.Where(store => !store.Platform.Accepts(image.Platform)))
                throw PlatformChoice.Missing(new(image.Asked, Detail: store.Node.Name), store.Platform, [image.Platform]);
            loaded.AddRange(
                await Sending
                    .LoadAsync(
                        image.Names,
                        image.Id,
                        stores,
                        archives => SendAsync(image, archives, cancellationToken),
                        image.DiffIds,
                        cancellationToken
                    )
                    .ConfigureAwait(false)
            );
            if (image != found[^1])
                stores = await StoresAsync(wanted, cancellationToken).ConfigureAwait(false);
        }

        return loaded;
    }

    /// <summary>Loads every image of archives and layouts, or the one that a transport names.</summary>
    /// <param name="files">Paths, or <c>oci:</c>, <c>oci-archive:</c> and <c>docker-archive:</c>; archives may be compressed.</param>
    /// <exception cref="NodeForgeException">As <see cref="LoadAsync"/>, and the NF51 range for what is wrong with an archive.</exception>
    public async Task<IReadOnlyList<LoadedImage>> LoadArchivesAsync(
        string cluster,
        IReadOnlyList<string> nodes,
        IReadOnlyList<string> files,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<ClusterNode> wanted = await NodesAsync(cluster, nodes, cancellationToken).ConfigureAwait(false);
        List<LoadedImage> loaded = [];
        foreach (string file in files)
        {
            using OpenedArchive archive = await OpenedArchive
                .OpenAsync(file, host, scratch, Transports, cancellationToken)
                .ConfigureAwait(false);
            foreach (ImageEntry entry in archive.Images)
            {
                NodeStore[] stores = await StoresAsync(wanted, cancellationToken).ConfigureAwait(false);
                foreach (IGrouping<Platform, NodeStore> alike in stores.GroupBy(store => store.Platform))
                {
                    Image image = await archive.OpenAsync(entry, alike.Key, cancellationToken).ConfigureAwait(false);
                    string[] names = [.. entry.References.Select(reference => reference.ContainerdName)];
                    Digest[] layers = [.. image.Layers.Select(layer => layer.Descriptor.Digest)];
                    loaded.AddRange(
                        await Sending
                            .LoadAsync(
                                names,
                                image.Id,
                                [.. alike],
                                archives => WriteAsync(image, names, archives, cancellationToken),
                                layers,
                                cancellationToken
                            )
                            .ConfigureAwait(false)
                    );
                }
            }
        }

        return loaded;
    }

    private async Task<EngineImage[]> FindAsync(IReadOnlyList<string> images, CancellationToken cancellationToken)
    {
        List<EngineImage> found = [];
        List<Diagnostic> missing = [];
        foreach (string image in images.Distinct())
        {
            try
            {
                found.Add(await EngineImage.FindAsync(engine, image, cancellationToken).ConfigureAwait(false));
            }
            catch (NodeForgeException failure) when (!failure.Is(ErrorCodes.EngineLost))
            {
                missing.AddRange(failure.Diagnostics);
            }
        }

        return missing.Count == 0 ? [.. found] : throw new NodeForgeException(missing);
    }

    private async Task<IReadOnlyList<ClusterNode>> NodesAsync(
        string cluster,
        IReadOnlyList<string> nodes,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<ContainerSummary> containers = await NodeSelection
            .OfAsync(engine, cluster, nodes, cancellationToken)
            .ConfigureAwait(false);
        NodeSelection.CheckRunning(cluster, containers);
        return [.. containers.Where(NodeSelection.IsNode).Select(container => new ClusterNode(engine, container.Id, container.Name))];
    }

    private static Task<NodeStore[]> StoresAsync(IReadOnlyList<ClusterNode> nodes, CancellationToken cancellationToken) =>
        Task.WhenAll(nodes.Select(node => NodeStore.ReadAsync(node, cancellationToken)));

    private static async Task<bool> WriteAsync(
        Image image,
        IReadOnlyList<string> names,
        NodeArchives archives,
        CancellationToken cancellationToken
    )
    {
        await archives.WriteAsync(image, names, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <returns>False when it did not go as tried; the next try goes by the export.</returns>
    private async Task<bool> SendAsync(EngineImage image, NodeArchives archives, CancellationToken cancellationToken)
    {
        if (
            !exportOnly.Contains(image.Id)
            && await OverlayImage
                .OpenAsync(engine, image, diffId => archives.Lack(diffId), MakeScratch(), host.Clock, cancellationToken)
                .ConfigureAwait(false)
                is { } overlay
        )
        {
            await using (overlay.ConfigureAwait(false))
            {
                try
                {
                    Image found = await overlay.ReadAsync(image, cancellationToken).ConfigureAwait(false);
                    return await WriteAsync(found, image.Names, archives, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception failure)
                    when (failure is InvalidDataException or EndOfStreamException
                        || (failure is NodeForgeException known && !known.Is(ErrorCodes.EngineLost))
                    )
                {
                    exportOnly.Add(image.Id);
                    return false;
                }
            }
        }

        Stream export = await engine.Images.SaveAsync([image.Asked], cancellationToken).ConfigureAwait(false);
        await using (export.ConfigureAwait(false))
            await Task.Run(() => new EngineExport(image, archives).WriteAsync(export, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        return true;
    }

    private readonly HashSet<Digest> exportOnly = [];

    private ImageSending Sending => new(reporter);

    private string MakeScratch() => Directory.CreateDirectory(scratch).FullName;
}

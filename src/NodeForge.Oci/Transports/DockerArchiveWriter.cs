using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Transports;

/// <summary>Writes what <c>docker save</c> of docker 25 and later writes: an image layout with docker's <c>manifest.json</c> beside
/// it.</summary>
/// <remarks>
/// Older docker, podman and skopeo read <c>manifest.json</c> and follow its paths into <c>blobs/</c>; containerd reads the layout and keeps
/// the manifest's digest.
/// The same images give the same bytes.
/// </remarks>
public static class DockerArchiveWriter
{
    /// <param name="output">Takes the bytes in large pieces; stays open.</param>
    /// <param name="images">What is written. Of those that share an index the one for <paramref name="platform"/> is taken: the format
    /// knows one platform.</param>
    /// <param name="platform">Which platform.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <param name="leftOut">Layers that are named and not written, for an engine that has them; null for none.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LayerNotLoadable"/>, <see cref="ErrorCodes.PlatformMissing"/>,
    /// <see cref="ErrorCodes.ImageNameCollision"/>, before anything is written; what a layer cannot be read for.</exception>
    public static void Write(
        Stream output,
        IReadOnlyList<Image> images,
        Platform platform,
        CancellationToken cancellationToken,
        IReadOnlySet<Digest>? leftOut = null
    )
    {
        Location where = new("docker-archive");
        Image[] chosen =
        [
            .. images
                .GroupBy(image => (image.Root.Digest, image.Tag, string.Join(' ', image.References)))
                .Select(group => ForPlatform([.. group], platform) with { Indexes = [] }),
        ];
        CheckNames(chosen, where);
        // Images are told apart by their full names here; tags alone would collide for any two images of one release.
        WrittenImages written = new([
            .. chosen.SelectMany(image =>
                image.References.Count == 0
                    ? [image]
                    : image.References.Select(reference => image with { References = [reference], Tag = reference.ToString() })
            ),
        ]);
        byte[] manifest = DockerArchiveJson.Write([
            .. chosen.GroupBy(image => image.Descriptor.Digest).Select(group => ManifestOf([.. group])),
        ]);
        byte[] index = LayoutIndex.Write(null, written, where);
        IEnumerable<LayerEntry> entries = ArchiveEntries
            .OfLayout([.. written.Blobs.Where(blob => leftOut?.Contains(blob.Descriptor.Digest) != true)], index)
            .Append(ArchiveEntries.OfBytes("manifest.json", manifest));
        LayerWriter.Write([.. entries], output, epoch: 0, cancellationToken);
    }

    /// <summary>Writes a file, which appears when it is whole.</summary>
    /// <exception cref="NodeForgeException">As <see cref="Write(Stream, IReadOnlyList{Image}, Platform, CancellationToken, IReadOnlySet{Digest})"/>; <see cref="ErrorCodes.DiskFull"/>.</exception>
    public static void Write(string file, IReadOnlyList<Image> images, Platform platform, CancellationToken cancellationToken) =>
        AtomicFile.Write(file, output => Write(output, images, platform, cancellationToken));

    private static Image ForPlatform(IReadOnlyList<Image> images, Platform platform) =>
        images.Where(image => platform.Accepts(image.Platform)).OrderBy(image => platform.DistanceTo(image.Platform)).FirstOrDefault()
        ?? throw PlatformChoice.Missing(new(images[0].Name), platform, images.Select(image => image.Platform));

    private static DockerArchiveManifest ManifestOf(IReadOnlyList<Image> names)
    {
        Image image = names[0];
        Location where = new(image.Name);
        foreach (Descriptor layer in image.Manifest.Layers)
        {
            if (layer.MediaType is not (MediaTypes.Layer or MediaTypes.LayerGzip or MediaTypes.DockerLayer or MediaTypes.DockerLayerGzip))
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.LayerNotLoadable, "docker load would not understand the layer")
                    {
                        Where = where with { Detail = $"{layer.MediaType} {layer.Digest}" },
                        Got = layer.MediaType,
                        Want = "a plain or gzip layer",
                        Hint = "build with gzip layers, or write oci-archive instead",
                    }
                );
        }

        string[] tags =
        [
            .. names
                .SelectMany(named => named.References)
                .Where(reference => reference.Tag is not null)
                .Select(reference => $"{reference.Name}:{reference.Tag}")
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        return new(
            ArchiveEntries.PathOf(image.Manifest.Config.Digest),
            tags.Length == 0 ? null : tags,
            [.. image.Manifest.Layers.Select(layer => ArchiveEntries.PathOf(layer.Digest))]
        );
    }

    private static void CheckNames(IEnumerable<Image> images, Location where)
    {
        foreach (
            IGrouping<string, Image> name in images
                .SelectMany(image => image.References, (image, reference) => (image, reference))
                .GroupBy(pair => pair.reference.ToString(), pair => pair.image, StringComparer.Ordinal)
        )
        {
            if (name.DistinctBy(image => image.Descriptor.Digest).Skip(1).Any())
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.ImageNameCollision, "one name would stand for two images")
                    {
                        Where = where with { Detail = name.Key },
                        Hint = "give each image a name of its own",
                    }
                );
        }
    }

    internal sealed class FileTarget(string file, Platform? platform) : IImageTarget
    {
        public Task WriteAsync(IReadOnlyList<Image> images, CancellationToken cancellationToken) =>
            Task.Run(() => Write(file, images, platform ?? images[0].Platform, cancellationToken), cancellationToken);
    }
}

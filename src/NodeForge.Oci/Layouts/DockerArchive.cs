using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Layouts;

/// <summary>Writes what <c>docker save</c> of docker 25 and later writes: an image layout with docker's <c>manifest.json</c> beside it.</summary>
/// <remarks>
/// Older docker, podman and skopeo read <c>manifest.json</c> and follow its paths into <c>blobs/</c>; containerd reads the layout and keeps the manifest's digest.
/// The same images give the same bytes.
/// </remarks>
public static class DockerArchive
{
    /// <param name="output">Takes the bytes in large pieces; stays open.</param>
    /// <param name="source">Has every blob of the images.</param>
    /// <param name="images">What is written. Of an index the manifest for <paramref name="platform"/> is taken: the format knows one platform.</param>
    /// <param name="platform">Which platform.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <param name="leftOut">Layers that are named and not written, for an engine that has them; null for none.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LayerNotLoadable"/>, <see cref="ErrorCodes.PlatformMissing"/>,
    /// <see cref="ErrorCodes.ImageNameCollision"/>, <see cref="ErrorCodes.ImageBlobMissing"/>, before anything is written.</exception>
    public static void Write(Stream output, BlobStore source, IReadOnlyList<NamedImage> images, Platform platform, CancellationToken cancellationToken, IReadOnlySet<Digest>? leftOut = null)
    {
        Location where = new("docker-archive");
        NamedImage[] chosen = [.. images.Select(image => image with { Root = ForPlatform(source, image, platform) })];
        CheckNames(chosen, where);
        // Images are told apart by their full names here; tags alone would collide for any two images of one release.
        NamedImage[] named = [.. chosen.Select(image => image with { Tag = image.Reference?.ToString() ?? image.Tag })];
        ExportedImages exported = ExportedImages.Read(source, named, where);
        byte[] manifest = DockerArchiveJson.Write([.. chosen.GroupBy(image => image.Root.Digest).Select(group => ManifestOf(source, [.. group]))]);
        byte[] index = LayoutIndex.Write(null, exported.Entries, where);
        IEnumerable<LayerEntry> entries = ArchiveEntries.OfLayout(source, [.. exported.Blobs.Where(blob => leftOut?.Contains(blob.Digest) != true)], index).Append(ArchiveEntries.OfBytes("manifest.json", manifest));
        LayerWriter.Write([.. entries], output, epoch: 0, cancellationToken);
    }

    /// <summary>Writes a file, which appears when it is whole.</summary>
    /// <exception cref="NodeForgeException">As <see cref="Write(Stream, BlobStore, IReadOnlyList{NamedImage}, Platform, CancellationToken, IReadOnlySet{Digest})"/>; <see cref="ErrorCodes.DiskFull"/>.</exception>
    public static void Write(string file, BlobStore source, IReadOnlyList<NamedImage> images, Platform platform, CancellationToken cancellationToken) =>
        ArchiveFile.Write(file, output => Write(output, source, images, platform, cancellationToken));

    private static Descriptor ForPlatform(BlobStore source, NamedImage image, Platform platform)
    {
        Location where = new(image.Reference?.ToString() ?? image.Tag ?? image.Root.Digest.ToString());
        (Descriptor Descriptor, Platform Platform)[] there = [.. ImageTree.Read(source, image.Root, where).Manifests.Select(found => (found.Descriptor, PlatformOf(source, found.Manifest, where)))];
        return there.Where(found => platform.Accepts(found.Platform)).OrderBy(found => platform.DistanceTo(found.Platform)).Select(found => found.Descriptor).FirstOrDefault()
            ?? throw PlatformChoice.Missing(where, platform, there.Select(found => found.Platform));
    }

    private static Platform PlatformOf(BlobStore source, Manifest manifest, Location where) =>
        ImageDocument.ReadConfig(ImageTree.ReadDocument(source, manifest.Config, where), where with { Detail = manifest.Config.Digest.ToString() }).Platform;

    private static DockerArchiveManifest ManifestOf(BlobStore source, IReadOnlyList<NamedImage> names)
    {
        Descriptor root = names[0].Root;
        Location where = new(names[0].Reference?.ToString() ?? root.Digest.ToString());
        Manifest manifest = ImageDocument.ReadManifest(ImageTree.ReadDocument(source, root, where), where);
        foreach (Descriptor layer in manifest.Layers)
        {
            if (layer.MediaType is not (MediaTypes.Layer or MediaTypes.LayerGzip or MediaTypes.DockerLayer or MediaTypes.DockerLayerGzip))
                throw new NodeForgeException(new Diagnostic(ErrorCodes.LayerNotLoadable, "docker load would not understand the layer") { Where = ImageTree.At(where, layer), Got = layer.MediaType, Want = "a plain or gzip layer", Mend = "build with gzip layers, or write oci-archive instead" });
        }

        string[] tags = [.. names.Select(image => image.Reference).OfType<ImageReference>().Where(reference => reference.Tag is not null).Select(reference => $"{reference.Name}:{reference.Tag}").Order(StringComparer.Ordinal)];
        return new(ArchiveEntries.PathOf(manifest.Config.Digest), tags.Length == 0 ? null : tags, [.. manifest.Layers.Select(layer => ArchiveEntries.PathOf(layer.Digest))]);
    }

    private static void CheckNames(IEnumerable<NamedImage> images, Location where)
    {
        foreach (IGrouping<string, NamedImage> name in images.Where(image => image.Reference is not null).GroupBy(image => image.Reference!.ToString(), StringComparer.Ordinal))
        {
            if (name.DistinctBy(image => image.Root.Digest).Skip(1).Any())
                throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageNameCollision, "one name would stand for two images") { Where = where with { Detail = name.Key }, Mend = "give each image a name of its own" });
        }
    }
}

using System.Globalization;
using NodeForge.Containerd.Metadata;
using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>The blobs of all images, each once, with the labels that every image asks for.</summary>
internal sealed class BlobSet
{
    private readonly SortedDictionary<Digest, Blob> blobs = [];

    /// <exception cref="NodeForgeException">NF6131: a source is no repository; NF6133: a blob has two sizes or two diff IDs.</exception>
    public void Add(CheckedImage image)
    {
        ImageReference[] sources = [.. image.Source.Sources.Select(source => ReadSource(image, source))];
        if (image.Index is not null)
            Add(image, image.Target, ContainerdLabels.OfIndex(image.Index), sources);
        Add(image, image.Source.Manifest, ContainerdLabels.OfManifest(image.Manifest), sources);
        Add(
            image,
            image.Manifest.Config,
            image.ChainId is { } chain ? [new(ContainerdLabels.SnapshotReference, chain.ToString())] : [],
            sources
        );
        foreach ((Descriptor layer, Digest diffId) in image.Manifest.Layers.Zip(image.DiffIds))
            Add(image, layer, [new(ContainerdLabels.Uncompressed, diffId.ToString())], sources);
    }

    public IEnumerable<ContentFile> Files() =>
        blobs.Select(static blob => new ContentFile(ContainerdPaths.Blob(blob.Key), blob.Key, blob.Value.Size, blob.Value.Image));

    /// <exception cref="NodeForgeException">NF6135.</exception>
    public IEnumerable<ContentRecord> Records(DateTimeOffset time) =>
        blobs.Select(blob =>
        {
            SortedDictionary<string, string> labels = new(blob.Value.Labels, StringComparer.Ordinal);
            foreach ((string key, string value) in ContainerdLabels.OfSources(blob.Value.Sources))
                labels[key] = value;
            foreach ((string key, string value) in labels)
                ContainerdLabels.RequireLength(blob.Value.Image, blob.Key, key, value);
            return new ContentRecord(blob.Key, blob.Value.Size, time, time) { Labels = labels };
        });

    private void Add(CheckedImage image, Descriptor descriptor, IEnumerable<KeyValuePair<string, string>> labels, ImageReference[] sources)
    {
        if (!blobs.TryGetValue(descriptor.Digest, out Blob? blob))
            blobs[descriptor.Digest] = blob = new Blob(descriptor.Size, image.Name);
        if (blob.Size != descriptor.Size)
            throw PreloadFault.Of(
                ErrorCodes.PreloadContentMismatch,
                image.Name,
                $"the blob has another size than in {blob.Image}",
                descriptor.Digest,
                descriptor.Size.ToString(CultureInfo.InvariantCulture),
                blob.Size.ToString(CultureInfo.InvariantCulture)
            );
        foreach ((string key, string value) in labels)
            if (!blob.Labels.TryAdd(key, value) && blob.Labels[key] != value)
                throw PreloadFault.Of(
                    ErrorCodes.PreloadContentMismatch,
                    image.Name,
                    $"the blob's label '{key}' contradicts the one from {blob.Image}",
                    descriptor.Digest,
                    value,
                    blob.Labels[key]
                );
        blob.Sources.UnionWith(sources);
    }

    private static ImageReference ReadSource(CheckedImage image, string source) =>
        ImageReference.TryParse(source, out ImageReference? read, out string? problem)
            ? read
            : throw PreloadFault.Of(ErrorCodes.PreloadNameRefused, image.Name, $"a source is no repository: {problem}", got: $"'{source}'");

    private sealed record Blob(long Size, string Image)
    {
        public SortedDictionary<string, string> Labels { get; } = new(StringComparer.Ordinal);

        public HashSet<ImageReference> Sources { get; } = [];
    }
}

using System.Text;
using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>The labels by which containerd keeps content, and by which the CRI knows its images.</summary>
/// <remarks>Keys of children: containerd's images.ChildGCLabels, numbered per key as SetChildrenMappedLabels does.</remarks>
internal static class ContainerdLabels
{
    public const string Uncompressed = "containerd.io/uncompressed";

    /// <summary>A config's: it keeps the snapshot that the image's containers start from.</summary>
    public const string SnapshotReference = "containerd.io/gc.ref.snapshot." + ContainerdPaths.OverlaySnapshotter;

    private const int MaxLength = 4096;
    private const string Reference = "containerd.io/gc.ref.content.";
    private const string ConfigReference = Reference + "config";
    private const string ManifestReference = Reference + "m.";
    private const string LayerReference = Reference + "l.";
    private const string Source = "containerd.io/distribution.source.";

    /// <summary>An image's: the CRI manages it; the kubelet leaves pinned ones alone.</summary>
    public static IReadOnlyDictionary<string, string> OfImage(bool pinned)
    {
        SortedDictionary<string, string> labels = new(StringComparer.Ordinal) { ["io.cri-containerd.image"] = "managed" };
        if (pinned)
            labels["io.cri-containerd.pinned"] = "pinned";
        return labels;
    }

    /// <summary>A manifest's: they keep config and layers.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfManifest(Manifest manifest) =>
        [
            new(ConfigReference, manifest.Config.Digest.ToString()),
            .. manifest.Layers.Select(static (layer, i) => Numbered(LayerReference, i, layer)),
        ];

    /// <summary>An index's: one for each child, present or not.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfIndex(ImageIndex index) =>
        index
            .Manifests.GroupBy(static child => MediaTypes.IsManifest(child.MediaType) ? ManifestReference : Reference)
            .SelectMany(static group => group.Select((child, i) => Numbered(group.Key, i, child)));

    /// <summary>Any blob's: the repositories on a registry that have it, sorted and parted by commas.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfSources(IEnumerable<ImageReference> repositories) =>
        repositories
            .GroupBy(static repository => repository.Registry, StringComparer.Ordinal)
            .Select(static host => new KeyValuePair<string, string>(
                Source + host.Key,
                string.Join(',', host.Select(static repository => repository.Repository).Distinct().Order(StringComparer.Ordinal))
            ));

    /// <summary>Refuses what containerd refuses (labels.Validate).</summary>
    /// <exception cref="NodeForgeException">NF6135.</exception>
    public static void RequireLength(string image, Digest blob, string key, string value)
    {
        int length = Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
        if (length > MaxLength)
            throw PreloadFault.Of(
                ErrorCodes.PreloadLabelTooLong,
                image,
                $"the label '{key}' is too long",
                blob,
                $"{length} bytes",
                $"at most {MaxLength}"
            );
    }

    private static KeyValuePair<string, string> Numbered(string prefix, int i, Descriptor child) =>
        new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}{i}"), child.Digest.ToString());
}

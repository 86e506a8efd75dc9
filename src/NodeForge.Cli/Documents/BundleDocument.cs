using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>bundle create</c> and <c>bundle inspect</c> print: what is in a bundle, and why.</summary>
/// <param name="Set">Names the bundle as it is cut and encoded; null where nothing was written.</param>
internal sealed record BundleDocument(
    string? Set,
    string? Index,
    IReadOnlyList<BundleVolumeItem> Volumes,
    long ContentSize,
    IReadOnlyList<BundleImageItem> Images,
    IReadOnlyList<BundleFileItem> Files,
    IReadOnlyList<BundleComponentItem> Components,
    BundleDeltaItem? Delta
) : Document
{
    public static BundleDocument Of(BundleOutcome outcome) =>
        Of(
            outcome.Index,
            outcome.Written?.Set.ToString(),
            outcome.Written?.Index.ToString(),
            [.. (outcome.Written?.Files ?? []).Select((path, i) => new BundleVolumeItem(i + 1, path, new FileInfo(path).Length))]
        );

    public static BundleDocument Of(BundleFile bundle) =>
        Of(
            bundle.Index,
            bundle.Set.ToString(),
            bundle.IndexDigest.ToString(),
            [.. bundle.Files.Select((file, i) => new BundleVolumeItem(i + 1, file.Path, file.Size))]
        );

    private static BundleDocument Of(BundleIndex index, string? set, string? digest, IReadOnlyList<BundleVolumeItem> volumes)
    {
        BundleIndex whole = index.Whole;
        Dictionary<string, long> sizes = whole.Blobs.ToDictionary(blob => blob.Digest.ToString(), blob => blob.Size);
        return new(
            set,
            digest,
            volumes,
            whole.Blobs.Sum(blob => blob.Size),
            [.. index.Images.Select(image => BundleImageItem.Of(image, sizes))],
            [.. index.Items.Select(item => new BundleFileItem(item.Kind, item.Name, item.Size, item.Digest.ToString(), item.Reason))],
            [
                .. index.Components.Select(component => new BundleComponentItem(
                    component.Name,
                    component.Version,
                    component.Origin,
                    component.Image
                )),
            ],
            index.Delta is { } delta
                ? new(
                    delta.Base.ToString(),
                    delta.Index.ToString(),
                    index.Blobs.Count,
                    [.. CarriedBlob.OfDelta(index).Select(CarriedBlobItem.Of)]
                )
                : null
        );
    }

    public override Page ToText()
    {
        Page text = new();
        Columns rows = new();
        foreach (BundleImageItem image in Images)
        {
            foreach (BundlePlatformItem platform in image.Platforms)
                rows.Add(
                    image.Name,
                    platform.Platform,
                    ByteCount.Show(platform.Size),
                    platform.Kubernetes is { } version ? $"{image.Reason}, Kubernetes {version}" : image.Reason
                );
        }

        foreach (BundleFileItem file in Files)
            rows.Add(file.Name, file.Kind, ByteCount.Show(file.Size), file.Reason);
        text.Rows(rows);
        string content = $"{ByteCount.Show(ContentSize)} of content, each blob once";
        if (Delta is not null)
            text.Line($"a delta: with the bundle of index {Delta.Base}").Line($"it makes the one of index {Delta.Makes}");
        if (Volumes.Count == 0)
            return Planned(text).Line($"{content}; nothing was written");
        text.Line($"{content}, in {ByteCount.Show(Volumes.Sum(volume => volume.Size))}");
        foreach (BundleVolumeItem volume in Volumes)
            text.Line($"  {volume.Path}  {ByteCount.Show(volume.Size)}");
        return text.Line("  set    " + Set).Line("  index  " + Index);
    }

    // Of a delta that is there bundle diff tells it, against the bundle that it is of.
    private Page Planned(Page text)
    {
        if (Delta is null)
            return text;
        Columns rows = new();
        foreach (CarriedBlobItem blob in Delta.Carried)
            blob.AddTo(rows);
        string carried = Quantity.Of(Delta.Carried.Count, "blob is", "blobs are");
        return text.Rows(rows).Line($"{carried} carried: {ByteCount.Show(Delta.Carried.Sum(blob => blob.Size))}");
    }
}

/// <param name="Base">The index of the bundle that it is of.</param>
/// <param name="Makes">The index of the bundle that it makes.</param>
/// <param name="Blobs">How many it carries, whole or as deltas.</param>
/// <param name="Carried">Those of the bundle that it makes.</param>
internal sealed record BundleDeltaItem(string Base, string Makes, int Blobs, IReadOnlyList<CarriedBlobItem> Carried);

internal sealed record BundleVolumeItem(int Number, string Path, long Size);

internal sealed record BundleImageItem(
    string Name,
    IReadOnlyList<string> Names,
    IReadOnlyList<string> Roots,
    string Reason,
    IReadOnlyList<BundlePlatformItem> Platforms
)
{
    public static BundleImageItem Of(BundledImage image, IReadOnlyDictionary<string, long> sizes) =>
        new(
            image.DisplayName,
            image.Names,
            [.. image.Roots.Select(root => root.Digest.ToString())],
            image.Reason,
            [
                .. image.Platforms.Select(platform => new BundlePlatformItem(
                    platform.Platform,
                    platform.ImageId.ToString(),
                    platform.Manifest.ToString(),
                    platform.Kubernetes,
                    platform.Blobs.Sum(blob => sizes.GetValueOrDefault(blob.ToString()))
                )),
            ]
        );
}

/// <param name="Size">Bytes of documents and layers, those that other images share among them.</param>
internal sealed record BundlePlatformItem(string Platform, string ImageId, string Manifest, string? Kubernetes, long Size);

internal sealed record BundleFileItem(string Kind, string Name, long Size, string Digest, string Reason);

internal sealed record BundleComponentItem(string Name, string? Version, string Origin, string Image);

/// <summary>What <c>bundle load</c> prints: a line for each image and file.</summary>
internal sealed record BundleLoadDocument(IReadOnlyList<BundlePlacedItem> Images, IReadOnlyList<string> Files) : Document
{
    public static BundleLoadDocument Of(BundleLoadOutcome outcome) =>
        new([.. outcome.Images.Select(image => new BundlePlacedItem(image.Image, image.Target))], outcome.Files);

    public override Page ToText()
    {
        Page text = new();
        foreach (BundlePlacedItem image in Images)
            text.Line($"{image.Image}  {image.Target}");
        foreach (string file in Files)
            text.Line(file);
        return text;
    }
}

internal sealed record BundlePlacedItem(string Image, string Target);

using NodeForge.Bundles.Format;
using NodeForge.Oci;
using NodeForge.Oci.Compression;

namespace NodeForge.Bundles.Reading;

/// <summary>What changes at a site that has one bundle and gets another. Told from the indexes alone.</summary>
/// <param name="Images">Those that are new, gone, or stand for something else under the same name.</param>
/// <param name="Items">Files that are new, gone or changed.</param>
/// <param name="Components">What node images are made of, where it is new, gone or of another version.</param>
/// <param name="NewBlobs">How many blobs the first has not.</param>
/// <param name="NewBytes">Their bytes, as they unpack.</param>
/// <param name="Bytes">Of all blobs of the second.</param>
/// <param name="Carried">Those blobs, and how they are carried.</param>
public sealed record BundleDifference(
    IReadOnlyList<BundleChange> Images,
    IReadOnlyList<BundleChange> Items,
    IReadOnlyList<BundleChange> Components,
    int NewBlobs,
    long NewBytes,
    long Bytes,
    IReadOnlyList<CarriedBlob> Carried
)
{
    public bool IsSame => Images.Count + Items.Count + Components.Count + NewBlobs == 0;

    /// <param name="before">Of the bundle that is there; of a delta stands for what it makes.</param>
    /// <param name="after">Of the one that is to come, or of its delta, which says how each blob is carried.</param>
    public static BundleDifference Between(BundleIndex before, BundleIndex after)
    {
        (BundleIndex first, BundleIndex second) = (before.Whole, after.Whole);
        HashSet<Digest> there = [.. first.Blobs.Select(blob => blob.Digest)];
        BundledBlob[] fresh = [.. second.Blobs.Where(blob => !there.Contains(blob.Digest))];
        return new(
            Compare(ImagesOf(first), ImagesOf(second)),
            Compare(
                first.Items.Select(item => (item.Name, item.Digest.ToString())),
                second.Items.Select(item => (item.Name, item.Digest.ToString()))
            ),
            Compare(ComponentsOf(first), ComponentsOf(second)),
            fresh.Length,
            fresh.Sum(blob => blob.Size),
            second.Blobs.Sum(blob => blob.Size),
            [.. CarriedBlob.Of(fresh, after)]
        );
    }

    // A tag that moved has the same name and another root.
    private static IEnumerable<(string Name, string Value)> ImagesOf(BundleIndex index) =>
        index.Images.SelectMany(image =>
            image
                .Names.DefaultIfEmpty(image.DisplayName)
                .Select(name => (name, string.Join(" ", image.Roots.Select(root => root.Digest.ToString()))))
        );

    private static IEnumerable<(string Name, string Value)> ComponentsOf(BundleIndex index) =>
        index
            .Components.GroupBy(component => component.Name, StringComparer.Ordinal)
            .Select(versions =>
                (
                    versions.Key,
                    string.Join(
                        " ",
                        versions.Select(component => component.Version ?? "of no known version").Distinct().Order(StringComparer.Ordinal)
                    )
                )
            );

    private static BundleChange[] Compare(IEnumerable<(string Name, string Value)> first, IEnumerable<(string Name, string Value)> second)
    {
        Dictionary<string, string> before = first.DistinctBy(pair => pair.Name).ToDictionary(StringComparer.Ordinal);
        Dictionary<string, string> after = second.DistinctBy(pair => pair.Name).ToDictionary(StringComparer.Ordinal);
        return
        [
            .. before
                .Keys.Union(after.Keys)
                .Order(StringComparer.Ordinal)
                .Select(name => new BundleChange(name, before.GetValueOrDefault(name), after.GetValueOrDefault(name)))
                .Where(change => change.First != change.Second),
        ];
    }
}

/// <param name="First">Null for what is new.</param>
/// <param name="Second">Null for what is gone.</param>
public sealed record BundleChange(string Name, string? First, string? Second);

/// <summary>A blob that the first bundle has not.</summary>
/// <param name="As">How it is carried.</param>
/// <param name="Size">Bytes, as it unpacks; of a delta that is there its own.</param>
/// <param name="UsedBy">Images and items.</param>
public sealed record CarriedBlob(Digest Digest, CarriedAs As, long Size, string MediaType, IReadOnlyList<string> UsedBy)
{
    /// <summary>What a delta carries, in the order of the bundle that it makes.</summary>
    /// <param name="delta">Its index.</param>
    public static IReadOnlyList<CarriedBlob> OfDelta(BundleIndex delta)
    {
        HashSet<Digest> carried = [.. delta.Blobs.Select(blob => blob.Digest)];
        IReadOnlyList<DeltaBlob> all = delta.Delta?.Blobs ?? [];
        return
        [
            .. Of(
                [
                    .. all.Where(blob => blob.Delta is not null || carried.Contains(blob.Digest))
                        .Select(blob => new BundledBlob(blob.Digest, blob.Size, blob.MediaType)),
                ],
                delta
            ),
        ];
    }

    internal static IEnumerable<CarriedBlob> Of(IReadOnlyList<BundledBlob> blobs, BundleIndex index)
    {
        Dictionary<Digest, Digest?> deltas = (index.Delta?.Blobs ?? []).ToDictionary(blob => blob.Digest, blob => blob.Delta);
        Dictionary<Digest, long> sizes = index.Blobs.ToDictionary(blob => blob.Digest, blob => blob.Size);
        ILookup<Digest, string> users = UsersOf(index).Distinct().ToLookup(use => use.Blob, use => use.User);
        foreach (BundledBlob blob in blobs)
        {
            Digest? delta = deltas.GetValueOrDefault(blob.Digest);
            bool plain = Decompression.OfMediaType(blob.MediaType) is not (LayerCompression.Gzip or LayerCompression.Zstd);
            yield return new(
                blob.Digest,
                delta is not null ? CarriedAs.Delta
                    : !plain ? CarriedAs.Compressed
                    : index.Delta is null ? CarriedAs.Open
                    : CarriedAs.Whole,
                delta is { } with ? sizes[with] : blob.Size,
                blob.MediaType,
                [.. users[blob.Digest]]
            );
        }
    }

    private static IEnumerable<(Digest Blob, string User)> UsersOf(BundleIndex index) =>
        index
            .Images.SelectMany(image => image.Platforms, (image, platform) => (image.DisplayName, platform.Blobs))
            .SelectMany(image => image.Blobs, (image, blob) => (blob, image.DisplayName))
            .Concat(index.Items.Select(item => (item.Digest, item.Name)))
            .Concat((index.Referrers ?? []).SelectMany(about => about.Blobs, (about, blob) => (blob, $"attached to {about.Subject}")));
}

/// <summary>How a blob is carried.</summary>
public enum CarriedAs
{
    /// <summary>Whole: nothing that is there is like it.</summary>
    Whole,

    /// <summary>Whole: it is compressed elsewhere, and nobody makes the same bytes again.</summary>
    Compressed,

    /// <summary>As what it has that the bundle that is there has not.</summary>
    Delta,

    /// <summary>Whole, or as a delta where one is made: there is none that says which.</summary>
    Open,
}

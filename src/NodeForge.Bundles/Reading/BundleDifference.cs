using NodeForge.Bundles.Format;
using NodeForge.Oci;

namespace NodeForge.Bundles.Reading;

/// <summary>What changes at a site that has one bundle and gets another. Told from the indexes alone.</summary>
/// <param name="Images">Those that are new, gone, or stand for something else under the same name.</param>
/// <param name="Items">Files that are new, gone or changed.</param>
/// <param name="Components">What node images are made of, where it is new, gone or of another version.</param>
/// <param name="NewBlobs">How many blobs the first has not.</param>
/// <param name="NewBytes">Their bytes, as they unpack.</param>
/// <param name="Bytes">Of all blobs of the second.</param>
public sealed record BundleDifference(
    IReadOnlyList<BundleChange> Images,
    IReadOnlyList<BundleChange> Items,
    IReadOnlyList<BundleChange> Components,
    int NewBlobs,
    long NewBytes,
    long Bytes
)
{
    public bool IsSame => Images.Count + Items.Count + Components.Count + NewBlobs == 0;

    public static BundleDifference Between(BundleIndex first, BundleIndex second)
    {
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
            second.Blobs.Sum(blob => blob.Size)
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

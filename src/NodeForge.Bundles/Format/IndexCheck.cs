using NodeForge.Oci;

namespace NodeForge.Bundles.Format;

/// <summary>Whether an index may be believed in what its shape does not say.</summary>
internal static class IndexCheck
{
    private const long LargestBlob = 1L << 44; // bytes
    private const long MostContent = 1L << 56; // bytes of all blobs; far from what a long counts
    private const int LongestMediaType = 255; // RFC 6838, section 4.2

    /// <returns>Null where it may.</returns>
    public static string? Problem(BundleIndex index)
    {
        if (index.SchemaVersion != 1)
            return $"its schema version is {index.SchemaVersion}";
        // The serializer looks at members, not at what is in lists.
        if (
            HasNull(index.Images)
            || HasNull(index.Items)
            || HasNull(index.Components)
            || HasNull(index.Blobs)
            || HasNull(index.Referrers ?? [])
            || index.Images.Any(image => HasNull(image.Names) || HasNull(image.Roots) || HasNull(image.Platforms))
        )
            return "a list has a null in it";
        if (Sizes(index.Blobs, out Dictionary<Digest, long> sizes) is { } wrong)
            return wrong;
        if (index.Delta is { } delta)
        {
            if (ProblemOf(delta, sizes) is { } contradiction)
                return contradiction;
            if (Sizes(index.Whole.Blobs, out sizes) is { } wrongAll)
                return wrongAll;
        }

        foreach (BundledItem item in index.Items)
        {
            if (!IsPlainName(item.Name))
                return $"an item has the name '{item.Name}'";
            if (sizes.GetValueOrDefault(item.Digest, -1) != item.Size)
                return $"the blob of '{item.Name}' is not listed with its size";
        }

        foreach (BundledReferrer referrer in index.Referrers ?? [])
        {
            if (sizes.GetValueOrDefault(referrer.Manifest.Digest, -1) != referrer.Manifest.Size)
                return $"the blob of referrer {referrer.Manifest.Digest} is not listed with its size";
            if (!IsMediaType(referrer.Manifest.MediaType))
                return $"referrer {referrer.Manifest.Digest} has a media type that is none";
            if (referrer.Tag is { } tag && !ReferrerTags.IsOne(tag))
                return $"a referrer has the tag '{tag}'";
            if (Unlisted(referrer.Blobs, sizes) is { } lost)
                return $"blob {lost} of referrer {referrer.Manifest.Digest} is not listed";
        }

        if (index.Images.Select(image => ProblemOf(image, sizes)).FirstOrDefault(problem => problem is not null) is { } wrongImage)
            return wrongImage;

        if (index.Images.SelectMany(image => image.Names).FirstOrDefault(name => !ImageReference.TryParse(name, out _)) is { } nameless)
            return $"an image has the name '{nameless}'";
        return index.Items.DistinctBy(item => item.Name).Count() < index.Items.Count ? "two items have one name"
            : index.Images.Any(image => image.Roots.Count == 0) ? "an image stands for nothing"
            : null;
    }

    // Whoever gives an image counts on every blob that it names, and on its length.
    private static string? ProblemOf(BundledImage image, Dictionary<Digest, long> sizes)
    {
        foreach (Descriptor root in image.Roots)
        {
            if (sizes.GetValueOrDefault(root.Digest, -1) != root.Size)
                return $"the blob of root {root.Digest} is not listed with its size";
            if (!IsMediaType(root.MediaType))
                return $"root {root.Digest} has a media type that is none";
        }

        foreach (BundledPlatform platform in image.Platforms)
        {
            if (Unlisted(platform.Blobs.Append(platform.Manifest), sizes) is { } lost)
                return $"blob {lost} of manifest {platform.Manifest} is not listed";
            if (platform.Blobs.Distinct().Count() < platform.Blobs.Count)
                return $"manifest {platform.Manifest} has a blob twice";
        }

        return null;
    }

    private static Digest? Unlisted(IEnumerable<Digest> blobs, Dictionary<Digest, long> sizes) =>
        blobs.Where(blob => !sizes.ContainsKey(blob)).Select(blob => (Digest?)blob).FirstOrDefault();

    // It becomes a header of an answer.
    private static bool IsMediaType(string text) => text.Length <= LongestMediaType && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static string? Sizes(IReadOnlyList<BundledBlob> blobs, out Dictionary<Digest, long> sizes)
    {
        sizes = [];
        long all = 0;
        foreach (BundledBlob blob in blobs)
        {
            if (blob.Size is < 0 or > LargestBlob)
                return $"{blob.Digest} has {blob.Size} bytes";
            if (!sizes.TryAdd(blob.Digest, blob.Size))
                return $"{blob.Digest} is listed twice";
            if (!IsMediaType(blob.MediaType))
                return $"{blob.Digest} has a media type that is none";
            if ((all += blob.Size) > MostContent)
                return "its blobs have more bytes than those of any bundle";
        }

        return null;
    }

    private static string? ProblemOf(BundleDelta delta, Dictionary<Digest, long> carried) =>
        HasNull(delta.Blobs) ? "a list has a null in it"
        : delta.VolumeSize < 0
        || delta.ChunkSize is < BundleLimits.SmallestChunk or > BundleLimits.LargestChunk
        || delta.Level is < 1 or > 19
            ? "a bundle cannot be written as it says"
        : delta.Blobs.FirstOrDefault(blob => blob.Delta is { } with && (!carried.ContainsKey(with) || carried.ContainsKey(blob.Digest)))
            is { } lost
            ? $"what {lost.Digest} is made with is not carried"
        : null;

    /// <summary>Whether a name can be that of a file in any folder, and leads nowhere else.</summary>
    public static bool IsPlainName(string? name) =>
        name is { Length: > 0 and <= 200 }
        && name is not ("." or "..")
        && !name.Any(letter => letter is '/' or '\\' || char.IsControl(letter));

    private static bool HasNull<T>(IReadOnlyList<T> list)
        where T : class => list.Any(item => (T?)item is null);
}

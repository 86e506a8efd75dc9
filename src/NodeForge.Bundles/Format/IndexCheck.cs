using NodeForge.Oci;

namespace NodeForge.Bundles.Format;

/// <summary>Whether an index may be believed in what its shape does not say.</summary>
internal static class IndexCheck
{
    private const long LargestBlob = 1L << 44;

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
            || index.Images.Any(image => HasNull(image.Names) || HasNull(image.Roots) || HasNull(image.Platforms))
        )
            return "a list has a null in it";
        Dictionary<Digest, long> sizes = [];
        foreach (BundledBlob blob in index.Blobs)
        {
            if (blob.Size is < 0 or > LargestBlob)
                return $"{blob.Digest} has {blob.Size} bytes";
            if (!sizes.TryAdd(blob.Digest, blob.Size))
                return $"{blob.Digest} is listed twice";
        }

        foreach (BundledItem item in index.Items)
        {
            if (!IsPlainName(item.Name))
                return $"an item has the name '{item.Name}'";
            if (sizes.GetValueOrDefault(item.Digest, -1) != item.Size)
                return $"the blob of '{item.Name}' is not listed with its size";
        }

        if (index.Images.SelectMany(image => image.Names).FirstOrDefault(name => !ImageReference.TryParse(name, out _)) is { } nameless)
            return $"an image has the name '{nameless}'";
        return index.Items.DistinctBy(item => item.Name).Count() < index.Items.Count ? "two items have one name"
            : index.Images.Any(image => image.Roots.Count == 0) ? "an image stands for nothing"
            : null;
    }

    /// <summary>Whether a name can be that of a file in any folder, and leads nowhere else.</summary>
    public static bool IsPlainName(string? name) =>
        name is { Length: > 0 and <= 200 }
        && name is not ("." or "..")
        && !name.Any(letter => letter is '/' or '\\' || char.IsControl(letter));

    private static bool HasNull<T>(IReadOnlyList<T> list)
        where T : class => list.Any(item => (T?)item is null);
}

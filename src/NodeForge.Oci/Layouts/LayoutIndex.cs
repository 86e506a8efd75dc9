using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layouts;

/// <summary>Makes a layout's <c>index.json</c>: what was there, and images that are added under their names.</summary>
internal static class LayoutIndex
{
    /// <summary>The bytes of <c>oci-layout</c> (image-layout.md, "oci-layout file").</summary>
    public static ReadOnlySpan<byte> Marker => "{\"imageLayoutVersion\":\"1.0.0\"}"u8;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageNameCollision"/>.</exception>
    public static byte[] Write(ImageIndex? before, IEnumerable<Descriptor> added, Location where)
    {
        List<Descriptor> entries = [.. before?.Manifests ?? []];
        HashSet<string> taken = new(StringComparer.Ordinal);
        foreach (Descriptor entry in added)
        {
            if (ImageAnnotations.TagOf(entry) is { } tag && !taken.Add(tag) && entries.Any(other => ImageAnnotations.TagOf(other) == tag && other.Digest != entry.Digest))
                throw Collision(where, tag, "two of the images to be written");
            entries.RemoveAll(other => Replaces(entry, other, where));
            entries.Add(entry);
        }

        entries.Sort(static (left, right) => string.CompareOrdinal(SortKey(left), SortKey(right)));
        return OciJson.Write(new ImageIndex { Manifests = entries, Annotations = before?.Annotations });
    }

    /// <summary>The index entry of an image: with its names, and the platform where it has one alone.</summary>
    public static Descriptor Entry(NamedImage image, ImageTree tree, BlobStore store, Location where)
    {
        SortedDictionary<string, string> annotations = new(StringComparer.Ordinal);
        if (image.LayoutTag is { } tag)
            annotations[ImageAnnotations.Tag] = tag;
        if (image.Reference is { } reference)
            annotations[ImageAnnotations.Name] = reference.Tag is { } named ? $"{reference.Name}:{named}" : reference.ToString();
        Platform? platform = null;
        if (MediaTypes.IsManifest(image.Root.MediaType))
            platform = ImageDocument.ReadConfig(ImageTree.ReadDocument(store, tree.Manifests[0].Manifest.Config, where), where with { Detail = "config" }).Platform;
        return new(image.Root.MediaType, image.Root.Digest, image.Root.Size) { Platform = platform, Annotations = annotations.Count == 0 ? null : annotations };
    }

    // A tag that is taken again moves, as it does in an engine; but not away from an image of another name, which would then have none.
    private static bool Replaces(Descriptor added, Descriptor other, Location where)
    {
        (string? tag, string? name) = (ImageAnnotations.TagOf(added), ImageAnnotations.NameOf(added));
        (string? otherTag, string? otherName) = (ImageAnnotations.TagOf(other), ImageAnnotations.NameOf(other));
        if (tag != otherTag)
            return name is not null && name == otherName;
        if (tag is not null && name is not null && otherName is not null && name != otherName && added.Digest != other.Digest)
            throw Collision(where, tag, $"{otherName} and {name}");
        return tag is null ? added.Digest == other.Digest && name == otherName : name == otherName || name is null || otherName is null;
    }

    private static string SortKey(Descriptor entry) => $"{ImageAnnotations.NameOf(entry)}\n{ImageAnnotations.TagOf(entry)}\n{entry.Digest}";

    private static NodeForgeException Collision(Location where, string tag, string images) => new(new Diagnostic(ErrorCodes.ImageNameCollision, "one tag of the layout would stand for two images")
    {
        Where = where with { Detail = tag },
        Got = images,
        Mend = "give each image a tag of its own, or write each into a layout of its own",
    });
}

namespace NodeForge.Oci.Transports;

/// <summary>Makes a layout's <c>index.json</c>: what was there, and images that are added under their names.</summary>
internal static class LayoutIndex
{
    /// <summary>The bytes of <c>oci-layout</c> (image-layout.md, "oci-layout file").</summary>
    public static ReadOnlySpan<byte> Marker => "{\"imageLayoutVersion\":\"1.0.0\"}"u8;

    /// <summary>What an index lists, an entry for each name, and what each stands for.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageNameCollision"/>,
    /// <see cref="ErrorCodes.InvalidImageReference"/>.</exception>
    public static IReadOnlyList<(ImageEntry Entry, IReadOnlyList<Descriptor> Roots)> Entries(ImageIndex index, string place) =>
        [
            .. index
                .Manifests.Where(entry => !ImageAnnotations.IsArtifact(entry))
                .GroupBy(
                    entry => ImageAnnotations.NameOf(entry) ?? ImageAnnotations.TagOf(entry) ?? entry.Digest.ToString(),
                    StringComparer.Ordinal
                )
                .Select(group => Describe(group.First(), RootsOf(group, new(place, Detail: group.Key)), place)),
        ];

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageReference"/>, with the place of the image that is called
    /// so.</exception>
    public static ImageReference ReadName(string name, Location where) =>
        ImageReference.TryParse(name, out ImageReference? reference, out string? problem)
            ? reference
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidImageReference, "the image has a name that containerd would refuse: " + problem)
                {
                    Where = where,
                    Got = Printable.Escape(name),
                    Want = "[REGISTRY/]REPOSITORY[:TAG][@sha256:DIGEST]",
                    Hint = "have the image saved again under another name",
                }
            );

    private static Descriptor[] RootsOf(IEnumerable<Descriptor> entries, Location where)
    {
        Descriptor[] distinct = [.. entries.DistinctBy(entry => entry.Digest)];
        // One name for several manifests is another way to write an index, as long as it says which is whose.
        if (
            distinct.Length > 1
            && (distinct.Any(entry => entry.Platform is null) || distinct.DistinctBy(entry => entry.Platform).Count() < distinct.Length)
        )
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageNameCollision, "one name of the index stands for several images")
                {
                    Where = where,
                    Got = string.Join(" ", distinct.Select(entry => entry.Digest.ToString())),
                    Hint = ErrorCodes.ImageNameCollision.Remedy,
                }
            );
        return distinct;
    }

    private static (ImageEntry Entry, IReadOnlyList<Descriptor> Roots) Describe(Descriptor entry, Descriptor[] roots, string place)
    {
        string? tag = ImageAnnotations.TagOf(entry);
        List<ImageReference> references = [];
        if (ImageAnnotations.NameOf(entry) is { } name)
            references.Add(ReadName(name, new(place, Detail: $"{entry.MediaType} {entry.Digest}")));
        else if (tag is not null && tag.Contains('/', StringComparison.Ordinal) && ImageReference.TryParse(tag, out ImageReference? full))
            references.Add(full); // skopeo copy ... oci-archive:FILE:NAME puts the whole name here
        return (new(string.Join(" ", roots.Select(root => root.Digest.ToString())), references, tag), roots);
    }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageNameCollision"/>.</exception>
    public static byte[] Write(ImageIndex? before, WrittenImages written, Location where)
    {
        ImageIndex images = Add(before, written.Entries, where);
        return OciJson.Write(written.Attached.Count == 0 ? images : Add(images, written.Attached, where));
    }

    /// <summary>The index with artifacts, and with the kind that cosign looks for at what they are about.</summary>
    public static byte[] Attach(ImageIndex before, IReadOnlyList<Artifact> artifacts, Location where) =>
        OciJson.Write(Add(before, artifacts, where));

    private static ImageIndex Add(ImageIndex? before, IEnumerable<Descriptor> added, Location where)
    {
        List<Descriptor> entries = [.. before?.Manifests ?? []];
        HashSet<string> taken = new(StringComparer.Ordinal);
        foreach (Descriptor entry in added)
        {
            if (
                ImageAnnotations.TagOf(entry) is { } tag
                && !taken.Add(tag)
                && entries.Any(other => ImageAnnotations.TagOf(other) == tag && other.Digest != entry.Digest)
            )
                throw Collision(where, tag, "two of the images to be written");
            // An image that is written again stays what cosign takes it for.
            Descriptor kept = entries.Any(other =>
                other.Digest == entry.Digest && ImageAnnotations.KindOf(other) is not null && Replaces(entry, other, where)
            )
                ? WithKind(entry)
                : entry;
            entries.RemoveAll(other => Replaces(entry, other, where));
            entries.Add(kept);
        }

        entries.Sort(static (left, right) => string.CompareOrdinal(SortKey(left), SortKey(right)));
        return new() { Manifests = entries, Annotations = before?.Annotations };
    }

    private static ImageIndex Add(ImageIndex before, IReadOnlyList<Artifact> artifacts, Location where)
    {
        HashSet<Digest> subjects = [.. artifacts.Select(artifact => artifact.Subject.Digest)];
        HashSet<Digest> images = [.. before.Manifests.Where(entry => !ImageAnnotations.IsArtifact(entry)).Select(entry => entry.Digest)];
        ImageIndex marked = before with
        {
            Manifests =
            [
                .. before
                    .Manifests.Where(entry => !IsReplaced(entry, artifacts))
                    .Select(entry => subjects.Contains(entry.Digest) && !ImageAnnotations.IsArtifact(entry) ? WithKind(entry) : entry),
            ],
        };
        return Add(marked, artifacts.Select(artifact => EntryOf(artifact, images.Contains(artifact.Subject.Digest))), where);
    }

    private static bool IsReplaced(Descriptor entry, IReadOnlyList<Artifact> artifacts) =>
        ImageAnnotations.IsArtifact(entry)
        && ImageAnnotations.TagOf(entry) is null
        && artifacts.Any(artifact => artifact.Replaces == entry.Digest);

    // cosign takes the first signatures of a layout for those of its image: what is about a platform of an index is not called so.
    private static Descriptor EntryOf(Artifact artifact, bool isOfImage)
    {
        Descriptor manifest = artifact.Manifest.Descriptor;
        if (artifact.Tag is not { } tag)
            return manifest with { ArtifactType = artifact.Type, Annotations = artifact.Annotations };
        SortedDictionary<string, string> annotations = new(StringComparer.Ordinal) { [ImageAnnotations.Tag] = tag };
        if (!isOfImage)
            return manifest with { Annotations = annotations };
        if (tag == ReferrerTags.SignaturesOf(artifact.Subject.Digest))
            annotations[ImageAnnotations.Kind] = ImageAnnotations.KindOfSignatures;
        else if (tag == ReferrerTags.AttestationsOf(artifact.Subject.Digest))
            annotations[ImageAnnotations.Kind] = ImageAnnotations.KindOfAttestations;
        return manifest with { Annotations = annotations };
    }

    private static Descriptor WithKind(Descriptor entry) =>
        entry with
        {
            Annotations = new(entry.Annotations ?? [], StringComparer.Ordinal)
            {
                [ImageAnnotations.Kind] = MediaTypes.IsIndex(entry.MediaType) ? ImageAnnotations.KindOfIndex : ImageAnnotations.KindOfImage,
            },
        };

    /// <summary>The index entries of an image, one for each of its names; with the platform where it has one alone.</summary>
    public static IEnumerable<Descriptor> EntriesOf(Image image)
    {
        Platform? platform = image.Indexes.Count == 0 ? image.Platform : null;
        return Names(image)
            .Select(name => new Descriptor(image.Root.MediaType, image.Root.Digest, image.Root.Size)
            {
                Platform = platform,
                Annotations = name.Count == 0 ? null : name,
            });
    }

    /// <summary>Whether two entries give one name to one image.</summary>
    public static bool IsSame(Descriptor entry, Descriptor other) =>
        entry.Digest == other.Digest
        && ImageAnnotations.TagOf(entry) == ImageAnnotations.TagOf(other)
        && ImageAnnotations.NameOf(entry) == ImageAnnotations.NameOf(other);

    private static IEnumerable<SortedDictionary<string, string>> Names(Image image)
    {
        foreach (
            ImageReference? reference in image.References.Count == 0
                ? [null]
                : image.References.Select(reference => (ImageReference?)reference)
        )
        {
            SortedDictionary<string, string> annotations = new(StringComparer.Ordinal);
            if ((image.Tag ?? reference?.Tag) is { } tag)
                annotations[ImageAnnotations.Tag] = tag;
            if (reference is not null)
                annotations[ImageAnnotations.Name] = reference.Tag is { } named ? $"{reference.Name}:{named}" : reference.ToString();
            yield return annotations;
        }
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

    private static NodeForgeException Collision(Location where, string tag, string images) =>
        new(
            new Diagnostic(ErrorCodes.ImageNameCollision, "one tag of the layout would stand for two images")
            {
                Where = where with { Detail = tag },
                Got = images,
                Hint = "give each image a tag of its own, or write each into a layout of its own",
            }
        );
}

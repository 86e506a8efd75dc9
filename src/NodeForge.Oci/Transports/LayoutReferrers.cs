namespace NodeForge.Oci.Transports;

/// <summary>Finds in a layout, or an archive of one, what is attached to an image: the layout's index lists it beside the images.</summary>
internal static class LayoutReferrers
{
    public static async ValueTask<IReadOnlyList<Referrer>?> FindAsync(
        IImageSource source,
        ImageIndex index,
        Descriptor subject,
        CancellationToken cancellationToken
    )
    {
        List<Referrer> found = [];
        foreach (Descriptor entry in index.Manifests.Where(ImageAnnotations.IsArtifact))
        {
            string? tag = ImageAnnotations.TagOf(entry);
            if (tag == ReferrerTags.SignaturesOf(subject.Digest) || tag == ReferrerTags.AttestationsOf(subject.Digest))
                found.Add(new(entry, tag));
            else if (tag == ReferrerTags.IndexOf(subject.Digest))
                found.AddRange(await ListedAsync(source, entry, cancellationToken).ConfigureAwait(false));
            else if (tag is null && await IsAboutAsync(source, entry, subject, cancellationToken).ConfigureAwait(false))
                found.Add(new(entry, null));
        }

        return [.. found.DistinctBy(referrer => (referrer.Descriptor.Digest, referrer.Tag))];
    }

    private static async ValueTask<IEnumerable<Referrer>> ListedAsync(
        IImageSource source,
        Descriptor entry,
        CancellationToken cancellationToken
    )
    {
        RawDocument document = await source.ReadDocumentAsync(entry, new(source.Place), cancellationToken).ConfigureAwait(false);
        return ImageDocument
            .ReadIndex(document.Bytes, new(source.Place, Detail: source.DetailOf(entry)))
            .Manifests.Select(manifest => new Referrer(manifest, null));
    }

    // Of one that is not there nobody knows what it was about.
    private static async ValueTask<bool> IsAboutAsync(
        IImageSource source,
        Descriptor entry,
        Descriptor subject,
        CancellationToken cancellationToken
    )
    {
        if (!MediaTypes.IsManifest(entry.MediaType) || await source.SizeOfAsync(entry, cancellationToken).ConfigureAwait(false) is null)
            return false;
        RawDocument document = await source.ReadDocumentAsync(entry, new(source.Place), cancellationToken).ConfigureAwait(false);
        return ImageDocument.ReadManifest(document.Bytes, new(source.Place, Detail: source.DetailOf(entry))).Subject?.Digest
            == subject.Digest;
    }
}

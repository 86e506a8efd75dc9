namespace NodeForge.Oci;

/// <summary>Reads what is attached to images, for whoever carries it along with them.</summary>
public static class AttachedReading
{
    private const int Deepest = 4; // the signature of an attestation of an image
    private const int MostArtifacts = 1000;

    /// <summary>The images with what is attached to them: to their indexes, their manifests, and to that in its turn. Its blobs stay where
    /// they are.</summary>
    /// <returns>The images as they are where the source keeps nothing that is attached. What is listed there and is not there itself is
    /// left out.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageDocument"/>: more than anybody attaches; what the source
    /// fails with.</exception>
    public static async Task<IReadOnlyList<Image>> WithAttachedAsync(
        this IImageSource source,
        IReadOnlyList<Image> images,
        CancellationToken cancellationToken
    )
    {
        Dictionary<Digest, IReadOnlyList<Artifact>> known = [];
        List<Image> read = [];
        foreach (Image image in images)
        {
            List<Artifact> attached = [];
            foreach (Descriptor document in image.Indexes.Append(image.RawManifest).Select(document => document.Descriptor))
            {
                if (!known.TryGetValue(document.Digest, out IReadOnlyList<Artifact>? about))
                {
                    List<Artifact> found = [];
                    await AddAsync(source, document, found, depth: 1, cancellationToken).ConfigureAwait(false);
                    known.Add(document.Digest, about = found);
                }

                attached.AddRange(about);
            }

            attached.AddRange(await ReadIndexesAsync(source, image, cancellationToken).ConfigureAwait(false));
            read.Add(image with { Attached = attached });
        }

        return read;
    }

    private static async Task<List<Artifact>> ReadIndexesAsync(IImageSource source, Image image, CancellationToken cancellationToken)
    {
        List<Artifact> found = [];
        foreach (RawDocument document in image.Indexes)
        {
            ImageIndex index = ImageDocument.ReadIndex(document.Bytes, new(source.Place, Detail: source.DetailOf(document.Descriptor)));
            foreach ((Descriptor manifest, Descriptor subject) in PlatformChoice.Attestations(index))
            {
                if (
                    subject.Digest == image.Descriptor.Digest
                    && await TryReadAsync(source, new(manifest, null), subject, cancellationToken).ConfigureAwait(false) is { } artifact
                )
                    found.Add(artifact with { IsInIndex = true });
            }
        }

        return found;
    }

    private static async Task AddAsync(
        IImageSource source,
        Descriptor subject,
        List<Artifact> found,
        int depth,
        CancellationToken cancellationToken
    )
    {
        if (depth > Deepest || await source.ReferrersAsync(subject, cancellationToken).ConfigureAwait(false) is not { } referrers)
            return;
        foreach (Referrer referrer in referrers)
        {
            if (
                await TryReadAsync(source, referrer, subject, cancellationToken).ConfigureAwait(false) is not { } artifact
                || found.Any(other => other.Identity == artifact.Identity)
            )
                continue;
            found.Add(artifact);
            if (found.Count > MostArtifacts)
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.InvalidImageDocument, $"more than {MostArtifacts} manifests are attached to an image")
                    {
                        Where = new(source.Place, Detail: subject.Digest.ToString()),
                        Hint = "remove those that nobody needs",
                    }
                );
            await AddAsync(source, artifact.Manifest.Descriptor, found, depth + 1, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<Artifact?> TryReadAsync(
        IImageSource source,
        Referrer referrer,
        Descriptor subject,
        CancellationToken cancellationToken
    )
    {
        Location where = new(source.Place, Detail: referrer.Tag ?? referrer.Descriptor.Digest.ToString());
        RawDocument document;
        try
        {
            document = await source.ReadDocumentAsync(referrer.Descriptor, where, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException lost)
            when (lost.Diagnostics[0].Code == ErrorCodes.ImageBlobMissing || lost.Diagnostics[0].Code == ErrorCodes.RegistryNotFound)
        {
            // A list that is older than what it lists.
            return null;
        }

        if (document.IsIndex)
            throw new NodeForgeException(
                new Diagnostic(
                    ErrorCodes.InvalidImageDocument,
                    "an index is attached to the image, and only manifests can be carried along"
                )
                {
                    Where = where,
                    Got = referrer.Descriptor.MediaType,
                    Hint = "attach the manifests that it names",
                }
            );
        Manifest manifest = ImageDocument.ReadManifest(document.Bytes, where);
        return new(document, [.. manifest.Layers.Prepend(manifest.Config).Select(blob => LayerOf(source, blob))])
        {
            Subject = subject,
            Tag = referrer.Tag,
            Type = referrer.Tag is null ? referrer.Descriptor.ArtifactType ?? manifest.ArtifactType ?? manifest.Config.MediaType : null,
            Annotations = referrer.Tag is null ? manifest.Annotations : null,
        };
    }

    private static Layer LayerOf(IImageSource source, Descriptor blob) =>
        new(
            new(blob.MediaType, blob.Digest, blob.Size),
            blob.Digest,
            new(source.Place, Detail: source.DetailOf(blob)),
            cancellationToken => source.OpenAsync(blob, cancellationToken)
        )
        {
            Store = source.Sound,
        };
}

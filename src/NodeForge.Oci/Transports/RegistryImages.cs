using System.Diagnostics.CodeAnalysis;
using NodeForge.Oci.Registry;

namespace NodeForge.Oci.Transports;

/// <summary>What a reference names in a registry, as a source and as a target.</summary>
/// <param name="client">Speaks to the registry; stays open.</param>
/// <param name="reference">A tag or a digest.</param>
public sealed class RegistryImages(RegistryClient client, ImageReference reference) : IImageSource, IImageTarget, IArtifactTarget
{
    private RawDocument? root;

    internal static TransportRoom Room { get; } =
        new("docker", TransportForm.RemoteReference)
        {
            Open = (place, host, _) => Task.FromResult<IImageSource>(new RegistryImages(host.Registry(place), place.Reference!)),
            Target = (place, host) => new RegistryImages(host.Registry(place), place.Reference!),
            KeepsReferrers = true,
            Artifacts = (place, host) => new RegistryImages(host.Registry(place), place.Reference!),
        };

    public string Place => reference.Registry;

    public ValueTask<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) =>
        new([new(reference.ToString(), [reference], Tag: null)]);

    public async ValueTask<IReadOnlyList<Descriptor>> RootsAsync(ImageEntry entry, CancellationToken cancellationToken)
    {
        root ??= await client.GetManifestAsync(reference, cancellationToken).ConfigureAwait(false);
        return [root.Descriptor];
    }

    // A registry is asked once for a blob: when it is wanted.
    public ValueTask<long?> SizeOfAsync(Descriptor blob, CancellationToken cancellationToken) => new(blob.Size);

    [SuppressMessage("Reliability", "CA2000", Justification = "The stream that is returned owns the exchange.")]
    public async ValueTask<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Digest == root?.Descriptor.Digest)
            return new MemoryStream(root.Bytes.ToArray(), writable: false);
        if (MediaTypes.IsIndex(blob.MediaType) || MediaTypes.IsManifest(blob.MediaType))
            return new MemoryStream(
                (await client.GetManifestAsync(reference.At(blob.Digest), cancellationToken).ConfigureAwait(false)).Bytes.ToArray(),
                writable: false
            );
        return (await client.OpenBlobAsync(reference, blob, 0, cancellationToken).ConfigureAwait(false)).AsStream();
    }

    public async Task WriteAsync(IReadOnlyList<Image> images, CancellationToken cancellationToken)
    {
        RegistryPusher pusher = new(client);
        IReadOnlyList<Artifact> attached = Artifact.Of(images);
        if (attached.Count == 0)
        {
            await pusher.PushAsync(images, reference, cancellationToken).ConfigureAwait(false);
            return;
        }

        // A registry may refuse an index that names what it does not have.
        await BringAsync(pusher, [.. attached.Where(artifact => artifact.IsInIndex)], cancellationToken).ConfigureAwait(false);
        // Nobody finds the image by its tag before what is said of it is there.
        RawDocument document = images[0].Indexes is [RawDocument outermost, ..] ? outermost : images[0].RawManifest;
        ImageReference nameless = ImageReference.Parse($"{reference.Name}@{document.Descriptor.Digest}");
        await pusher.PushAsync(images, nameless, cancellationToken).ConfigureAwait(false);
        await AttachAsync([.. attached.Where(artifact => !artifact.IsInIndex)], cancellationToken).ConfigureAwait(false);
        if (reference.Tag is not null)
            await pusher.PushManifestAsync(document, reference, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<Referrer>?> ReferrersAsync(Descriptor subject, CancellationToken cancellationToken)
    {
        List<Referrer> found = [];
        IReadOnlyList<Descriptor> listed =
            await client.GetReferrersAsync(reference, subject.Digest, cancellationToken).ConfigureAwait(false)
            ?? (await ListedUnderTagAsync(subject.Digest, cancellationToken).ConfigureAwait(false)).Manifests;
        found.AddRange(listed.Select(manifest => new Referrer(manifest, null)));
        foreach (string tag in new[] { ReferrerTags.SignaturesOf(subject.Digest), ReferrerTags.AttestationsOf(subject.Digest) })
        {
            if (await FindTagAsync(tag, cancellationToken).ConfigureAwait(false) is { } document)
                found.Add(new(document.Descriptor, tag));
        }

        return found;
    }

    public async ValueTask<RawDocument?> FindTagAsync(string tag, CancellationToken cancellationToken) =>
        await client.TryGetManifestAsync(reference.Under(tag), cancellationToken).ConfigureAwait(false);

    public async Task AttachAsync(IReadOnlyList<Artifact> artifacts, CancellationToken cancellationToken)
    {
        RegistryPusher pusher = new(client);
        foreach (Artifact artifact in await BringAsync(pusher, artifacts, cancellationToken).ConfigureAwait(false))
            await ListUnderTagAsync(pusher, artifact, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>Those that the registry does not list of itself.</returns>
    private async Task<IReadOnlyList<Artifact>> BringAsync(
        RegistryPusher pusher,
        IReadOnlyList<Artifact> artifacts,
        CancellationToken cancellationToken
    )
    {
        List<Artifact> unlisted = [];
        foreach (Artifact artifact in artifacts)
        {
            foreach (Layer blob in artifact.Blobs)
                await pusher.PushBlobAsync(blob, reference, mountFrom: null, cancellationToken).ConfigureAwait(false);
            bool listed = await pusher
                .PushManifestAsync(
                    artifact.Manifest,
                    artifact.Tag is { } tag ? reference.Under(tag) : reference.At(artifact.Manifest.Descriptor.Digest),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (artifact.Tag is null && !listed)
                unlisted.Add(artifact);
        }

        return unlisted;
    }

    private async ValueTask<ImageIndex> ListedUnderTagAsync(Digest subject, CancellationToken cancellationToken) =>
        await FindTagAsync(ReferrerTags.IndexOf(subject), cancellationToken).ConfigureAwait(false) is { IsIndex: true } document
            ? ImageDocument.ReadIndex(document.Bytes, new(reference.Name, Detail: ReferrerTags.IndexOf(subject)))
            : new ImageIndex { Manifests = [] };

    // distribution-spec, "Pushing Manifests with Subject": a registry that does not say that it took note of the subject lists nothing, and
    // the client keeps the list.
    private async Task ListUnderTagAsync(RegistryPusher pusher, Artifact artifact, CancellationToken cancellationToken)
    {
        Descriptor entry = artifact.Manifest.Descriptor with { ArtifactType = artifact.Type, Annotations = artifact.Annotations };
        ImageIndex before = await ListedUnderTagAsync(artifact.Subject.Digest, cancellationToken).ConfigureAwait(false);
        if (before.Manifests.Any(known => known.Digest == entry.Digest))
            return;
        RawDocument index = RawDocument.Create(
            MediaTypes.Index,
            OciJson.Write(before with { Manifests = [.. before.Manifests.Where(known => known.Digest != artifact.Replaces), entry] })
        );
        await pusher
            .PushManifestAsync(index, reference.Under(ReferrerTags.IndexOf(artifact.Subject.Digest)), cancellationToken)
            .ConfigureAwait(false);
    }
}

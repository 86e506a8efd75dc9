using NodeForge.Bundles.Reading;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;

namespace NodeForge.Bundles.Registries;

/// <summary>Brings a bundle to a registry. What is there already is not sent, and an attempt after one that broke goes on where that
/// was.</summary>
public sealed class BundlePush
{
    private readonly BundleFile bundle;
    private readonly RegistryClient client;
    private readonly ImageReference target;
    private readonly IForgeReporter reporter;
    private readonly List<Layer> volumes = [];
    private readonly Dictionary<Digest, ResumableUpload> uploads = [];

    /// <param name="bundle">Its files stay where they are.</param>
    /// <param name="client">Speaks to the registry; stays open.</param>
    /// <param name="target">Where it goes, under a tag.</param>
    /// <param name="reporter">Hears of volumes.</param>
    public BundlePush(BundleFile bundle, RegistryClient client, ImageReference target, IForgeReporter reporter) =>
        (this.bundle, this.client, this.target, this.reporter) = (bundle, client, target, reporter);

    /// <summary>The image of the same repository that the bundle belongs to, by tag or digest; null for a bundle that stands for
    /// itself.</summary>
    public ImageReference? Subject { get; init; }

    /// <summary>The file that lies beside the bundle and says whose it is: it goes with it, under the name that it has. Null for
    /// none.</summary>
    public (string Path, byte[] Content)? Signature { get; init; }

    /// <summary>Makes one attempt; it is called again where a failure may pass.</summary>
    /// <returns>The target with the artifact's digest.</returns>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error; <see cref="ErrorCodes.DigestMismatch"/>: a volume changed
    /// meanwhile.</exception>
    public async Task<ImageReference> RunAsync(CancellationToken cancellationToken)
    {
        await ReadVolumesAsync(cancellationToken).ConfigureAwait(false);
        Descriptor? subject = Subject is null
            ? null
            : (await client.GetManifestAsync(Subject, cancellationToken).ConfigureAwait(false)).Descriptor;
        RegistryPusher pusher = new(client);
        await pusher.PushBlobAsync(Layer.Of(BundleArtifact.NoConfig), target, mountFrom: null, cancellationToken).ConfigureAwait(false);
        foreach (Layer volume in volumes)
            await PushAsync(volume, cancellationToken).ConfigureAwait(false);
        Layer[] signatures = Signature is { } signature ? [BundleArtifact.SignatureOf(signature.Path, signature.Content)] : [];
        foreach (Layer layer in signatures)
            await pusher.PushBlobAsync(layer, target, mountFrom: null, cancellationToken).ConfigureAwait(false);
        RawDocument manifest = BundleArtifact.Manifest(bundle, volumes.Concat(signatures), subject);
        if (subject is not null)
            await new RegistryImages(client, target)
                .AttachAsync(
                    [
                        new(manifest, [])
                        {
                            Subject = subject,
                            Type = BundleArtifact.Type,
                            Annotations = BundleArtifact.AnnotationsOf(bundle),
                        },
                    ],
                    cancellationToken
                )
                .ConfigureAwait(false);
        if (target.Tag is not null || subject is null)
            await pusher.PushManifestAsync(manifest, target, cancellationToken).ConfigureAwait(false);
        return target.At(manifest.Descriptor.Digest);
    }

    // A registry is asked by digest whether it has a volume, so it has to be known before.
    private async Task ReadVolumesAsync(CancellationToken cancellationToken)
    {
        foreach ((string path, long size) in bundle.Files.Skip(volumes.Count).ToArray())
        {
            using ForgeStep step = reporter.Step($"read {Path.GetFileName(path)}", size);
            using HashingStream hash = new(Stream.Null);
            FileStream file = RegularFile.Open(path);
            await using (file.ConfigureAwait(false))
                await file.CopyToAsync(hash, 1 << 20, cancellationToken).ConfigureAwait(false);
            Digest digest = hash.Finish();
            volumes.Add(new(BundleArtifact.VolumeOf(path, digest, size), digest, new(path), _ => new(RegularFile.Open(path))));
            step.Finish();
        }
    }

    private async Task PushAsync(Layer volume, CancellationToken cancellationToken)
    {
        if (!uploads.TryGetValue(volume.Descriptor.Digest, out ResumableUpload? upload))
            uploads.Add(volume.Descriptor.Digest, upload = new(client, volume, target));
        using ForgeStep step = reporter.Step($"push {Path.GetFileName(volume.Where.Resource)}", volume.Descriptor.Size);
        bool sent = await upload.RunAsync(step.Advance, cancellationToken).ConfigureAwait(false);
        step.Finish(sent ? null : "is there");
    }
}

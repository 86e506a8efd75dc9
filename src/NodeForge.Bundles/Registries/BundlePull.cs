using System.Globalization;
using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;

namespace NodeForge.Bundles.Registries;

/// <summary>Brings a bundle from a registry. Its volumes appear when all of them are there and right; an attempt after one that broke, in
/// this process or another, goes on where that was.</summary>
public sealed class BundlePull
{
    private readonly RegistryClient client;
    private readonly ImageReference reference;
    private readonly string output;
    private readonly IForgeReporter reporter;

    /// <param name="client">Speaks to the registry; stays open.</param>
    /// <param name="reference">The bundle, or an image that one bundle is attached to.</param>
    /// <param name="output">The bundle's file, absolute; of volumes what they are called before <c>.001</c>.</param>
    /// <param name="reporter">Hears of volumes.</param>
    public BundlePull(RegistryClient client, ImageReference reference, string output, IForgeReporter reporter) =>
        (this.client, this.reference, this.output, this.reporter) = (client, reference, output, reporter);

    /// <summary>Asked of a signature before anything appears: the digest of the bundle's index, and the signature. Throws where they do not
    /// belong together.</summary>
    public Action<Digest, byte[]> CheckSignature { get; init; } = static (_, _) => { };

    /// <summary>Makes one attempt; it is called again where a failure may pass.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotABundleArtifact"/>, an <c>NF32xx</c> error; NF64xx for a bundle that
    /// was damaged before it was pushed.</exception>
    public async Task<PulledBundle> RunAsync(CancellationToken cancellationToken)
    {
        (RawDocument document, Manifest manifest) = await FindAsync(cancellationToken).ConfigureAwait(false);
        (IReadOnlyList<Descriptor> volumes, Descriptor? signed) = BundleArtifact.FilesOf(manifest, new(reference.ToString()));
        byte[]? signature = signed is null ? null : await ReadAsync(signed, cancellationToken).ConfigureAwait(false);
        PulledVolume[] pulled =
        [
            .. volumes.Select(
                (volume, i) => new PulledVolume(volume, volumes.Count == 1 ? output : VolumeNames.PathOf(output, i + 1), reporter)
            ),
        ];
        foreach (PulledVolume volume in pulled)
            await volume.BringAsync(client, reference, cancellationToken).ConfigureAwait(false);
        BundleFile bundle = await Task.Run(() => Check(pulled, signature), cancellationToken).ConfigureAwait(false);
        VolumePlaces.Publish(output, [.. pulled.Select(volume => (volume.Temporary, volume.Place))]);
        return new(reference.At(document.Descriptor.Digest), bundle.Set, [.. pulled.Select(volume => volume.Place)])
        {
            Delta = bundle.Index.Delta,
            Signature = signature,
        };
    }

    private async Task<byte[]> ReadAsync(Descriptor signature, CancellationToken cancellationToken) =>
        (
            await new RegistryImages(client, reference)
                .ReadDocumentAsync(signature, new(reference.ToString(), Detail: signature.Digest.ToString()), cancellationToken)
                .ConfigureAwait(false)
        ).Bytes.ToArray();

    // The registry vouches for digests, not for what they are of: it may name any files volumes of a bundle.
    private BundleFile Check(PulledVolume[] pulled, byte[]? signature)
    {
        try
        {
            BundleFile bundle = BundleFile.OpenInOrder(output, [.. pulled.Select(volume => volume.Temporary ?? volume.Place)]);
            if (signature is not null)
                CheckSignature(bundle.IndexDigest, signature);
            return bundle;
        }
        catch (NodeForgeException wrong)
        {
            foreach (PulledVolume volume in pulled)
                volume.Discard();
            throw new NodeForgeException([.. wrong.Diagnostics.Select(problem => Rename(problem, pulled))]);
        }
    }

    // The hidden file is gone, and copying it again would not help.
    private Diagnostic Rename(Diagnostic problem, PulledVolume[] pulled)
    {
        int number = Array.FindIndex(pulled, volume => volume.IsAt(problem.Where?.Resource)) + 1;
        string? volume = number == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"volume {number}");
        string?[] detail = [volume, problem.Where?.Detail];
        return problem with
        {
            Where = new(
                $"docker://{reference}",
                Detail: detail.Any(part => part is not null) ? string.Join(", ", detail.OfType<string>()) : null
            ),
            Hint = "nothing was changed here; push the bundle again from where nodeforge bundle verify finds it sound",
        };
    }

    private async Task<(RawDocument Document, Manifest Manifest)> FindAsync(CancellationToken cancellationToken)
    {
        RawDocument named = await client.GetManifestAsync(reference, cancellationToken).ConfigureAwait(false);
        if (Read(named) is { } own && BundleArtifact.IsOne(own))
            return (named, own);
        Descriptor[] attached =
        [
            .. (await new RegistryImages(client, reference).ReferrersAsync(named.Descriptor, cancellationToken).ConfigureAwait(false) ?? [])
                .Select(referrer => referrer.Descriptor)
                .Where(referrer => referrer.ArtifactType == BundleArtifact.Type),
        ];
        if (attached is not [Descriptor only])
            throw BundleArtifact.NotOne(
                new(reference.ToString()),
                attached.Length == 0 ? named.Descriptor.MediaType : string.Join(" ", attached.Select(bundle => bundle.Digest.ToString())),
                "a bundle, or an image with one bundle",
                attached.Length == 0 ? null : $"name one by its digest: docker://{reference.Name}@{attached[0].Digest}"
            );
        RawDocument found = await client.GetManifestAsync(reference.At(only.Digest), cancellationToken).ConfigureAwait(false);
        return (
            found,
            Read(found) ?? throw BundleArtifact.NotOne(new(reference.ToString()), found.Descriptor.MediaType, BundleArtifact.Type)
        );
    }

    private Manifest? Read(RawDocument document) =>
        document.IsIndex ? null : ImageDocument.ReadManifest(document.Bytes, new(reference.ToString()));
}

/// <param name="Reference">With the artifact's digest.</param>
/// <param name="Set">Names the bundle as it is cut and encoded.</param>
/// <param name="Files">Its volumes.</param>
public sealed record PulledBundle(ImageReference Reference, Digest Set, IReadOnlyList<string> Files)
{
    /// <summary>Null for a whole bundle.</summary>
    public BundleDelta? Delta { get; init; }

    /// <summary>What is to lie beside it; null where it was pushed unsigned.</summary>
    public byte[]? Signature { get; init; }
}

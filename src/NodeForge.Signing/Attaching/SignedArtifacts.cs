using System.Text;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Attaching;

/// <summary>Makes what is attached to an image: for each statement a sigstore bundle that names the image, which cosign 3 looks for, and a
/// layer under a tag, which cosign 2 and most others look for; of a signature the manifest under the tag names the image too.</summary>
internal static class SignedArtifacts
{
    private static readonly RawDocument NoConfig = RawDocument.Create(MediaTypes.Empty, "{}"u8.ToArray());

    /// <summary>The bundle, as a manifest of its own.</summary>
    public static Artifact Bundle(DsseEnvelope envelope, string predicateType, VerificationKey key, Descriptor subject)
    {
        RawDocument bundle = Checked(
            RawDocument.Create(SigstoreBundle.MediaType, new SigstoreBundle(key.Hint, envelope).Write()),
            predicateType
        );
        SortedDictionary<string, string> annotations = new(StringComparer.Ordinal)
        {
            ["dev.sigstore.bundle.content"] = "dsse-envelope",
            ["dev.sigstore.bundle.predicateType"] = predicateType,
        };
        RawDocument manifest = RawDocument.Create(
            MediaTypes.Manifest,
            OciJson.Write(
                new Manifest
                {
                    ArtifactType = SigstoreBundle.MediaType,
                    Config = NoConfig.Descriptor,
                    Layers = [bundle.Descriptor],
                    Subject = new(subject.MediaType, subject.Digest, subject.Size),
                    Annotations = annotations,
                }
            )
        );
        return new(manifest, [Layer.Of(NoConfig), Layer.Of(bundle)])
        {
            Subject = subject,
            Type = SigstoreBundle.MediaType,
            Annotations = annotations,
        };
    }

    /// <summary>cosign 2's signature: the payload, and the signature beside it.</summary>
    public static (Descriptor Layer, RawDocument Blob) Simple(SigningKey key, string name, Descriptor subject)
    {
        RawDocument payload = RawDocument.Create(SimpleSignature.MediaType, SimpleSignature.Write(name, subject.Digest));
        return (
            payload.Descriptor with
            {
                Annotations = new(StringComparer.Ordinal)
                {
                    [SimpleSignature.Annotation] = Convert.ToBase64String(key.Sign(payload.Bytes.Span)),
                },
            },
            payload
        );
    }

    /// <summary>cosign 2's attestation: the envelope as a layer.</summary>
    public static (Descriptor Layer, RawDocument Blob) Attestation(DsseEnvelope envelope, string predicateType)
    {
        RawDocument blob = Checked(RawDocument.Create(DsseEnvelope.MediaType, envelope.Write()), predicateType);
        return (
            blob.Descriptor with
            {
                Annotations = new(StringComparer.Ordinal) { [SimpleSignature.Annotation] = "", ["predicateType"] = predicateType },
            },
            blob
        );
    }

    /// <summary>A layer under a tag, after those that are there. Signed again by the same key it stays what it is.</summary>
    /// <param name="target">Has what is there.</param>
    /// <param name="tag">By which cosign 2 finds it.</param>
    /// <param name="type">By which cosign 2 finds it as a referrer, where tags were left behind; null for what it finds by the tag
    /// alone.</param>
    /// <param name="added">The layer.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>One manifest in each of its ways; where it is there, in what it may lack.</returns>
    public static async Task<IReadOnlyList<Artifact>> UnderTagAsync(
        IArtifactTarget target,
        string tag,
        string? type,
        (Descriptor Layer, RawDocument Blob) added,
        Descriptor subject,
        CancellationToken cancellationToken
    )
    {
        RawDocument? found = await target.FindTagAsync(tag, cancellationToken).ConfigureAwait(false);
        Manifest? before = found is { IsIndex: false } ? ImageDocument.ReadManifest(found.Bytes, new(tag)) : null;
        IReadOnlyList<Descriptor> layers = before?.Layers ?? [];
        if (!layers.Any(layer => layer.Digest == added.Layer.Digest && SignatureOf(layer) == SignatureOf(added.Layer)))
            layers = [.. layers, added.Layer];
        else if (type is null || (before!.ArtifactType == type && before.Subject?.Digest == subject.Digest))
            // A list of referrers may have been lost meanwhile.
            return type is null ? [] : [new(found!, []) { Subject = subject, Type = type }];
        RawDocument config = RawDocument.Create(MediaTypes.Config, ConfigOf(layers));
        Manifest manifest = new() { Config = config.Descriptor, Layers = layers };
        if (type is not null)
            manifest = manifest with { ArtifactType = type, Subject = new(subject.MediaType, subject.Digest, subject.Size) };
        Artifact tagged = new(RawDocument.Create(MediaTypes.Manifest, OciJson.Write(manifest)), [Layer.Of(config), Layer.Of(added.Blob)])
        {
            Subject = subject,
            Tag = tag,
        };
        return type is null ? [tagged] : [tagged with { Tag = null, Type = type, Replaces = found?.Descriptor.Digest }, tagged];
    }

    private static string? SignatureOf(Descriptor layer) => layer.Annotations?.GetValueOrDefault(SimpleSignature.Annotation);

    // What cosign itself writes there: some registries look into the config of whatever has its media type.
    private static byte[] ConfigOf(IEnumerable<Descriptor> layers) =>
        Encoding.UTF8.GetBytes(
            "{\"architecture\":\"\",\"created\":\"0001-01-01T00:00:00Z\",\"history\":[{\"created\":\"0001-01-01T00:00:00Z\"}],\"os\":\"\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
                + string.Join(',', layers.Select(layer => $"\"{layer.Digest}\""))
                + "]},\"config\":{}}"
        );

    private static RawDocument Checked(RawDocument document, string predicateType) =>
        document.Bytes.Length <= ImageDocument.MaxBytes
            ? document
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.AttestationTooLong, "the attestation is too long")
                {
                    Where = new(PredicateTypes.Show(predicateType)),
                    Got = $"{document.Bytes.Length} bytes",
                    Want = $"up to {ImageDocument.MaxBytes} bytes",
                    Hint = ErrorCodes.AttestationTooLong.Remedy,
                }
            );
}

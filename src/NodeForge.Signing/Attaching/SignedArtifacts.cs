using System.Text;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Attaching;

/// <summary>Makes what is attached to an image: for each statement a sigstore bundle that names the image, which cosign 3 looks for, and a
/// layer under a tag, which cosign 2 and most others look for.</summary>
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
    public static async Task<Artifact?> UnderTagAsync(
        IArtifactTarget target,
        string tag,
        (Descriptor Layer, RawDocument Blob) added,
        Descriptor subject,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Descriptor> before = await target.FindTagAsync(tag, cancellationToken).ConfigureAwait(false)
            is { IsIndex: false } found
            ? ImageDocument.ReadManifest(found.Bytes, new(tag)).Layers
            : [];
        if (before.Any(layer => layer.Digest == added.Layer.Digest && SignatureOf(layer) == SignatureOf(added.Layer)))
            return null;
        Descriptor[] layers = [.. before, added.Layer];
        RawDocument config = RawDocument.Create(MediaTypes.Config, ConfigOf(layers));
        RawDocument manifest = RawDocument.Create(
            MediaTypes.Manifest,
            OciJson.Write(new Manifest { Config = config.Descriptor, Layers = layers })
        );
        return new(manifest, [Layer.Of(config), Layer.Of(added.Blob)]) { Subject = subject, Tag = tag };
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

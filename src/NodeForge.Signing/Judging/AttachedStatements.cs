using NodeForge.Oci;
using NodeForge.Signing.Envelopes;

namespace NodeForge.Signing.Judging;

/// <summary>Reads what is attached to a manifest or index, in every form that is known.</summary>
public static class AttachedStatements
{
    private const int MostStatements = 1000; // each costs a signature's check for every key

    /// <returns>Null where the source keeps nothing that is attached.</returns>
    /// <exception cref="NodeForgeException">What the source fails with; what is wrong with one statement is told in it.</exception>
    public static async Task<IReadOnlyList<AttachedStatement>?> ReadAsync(
        IImageSource source,
        Descriptor subject,
        CancellationToken cancellationToken
    )
    {
        if (await source.ReferrersAsync(subject, cancellationToken).ConfigureAwait(false) is not { } referrers)
            return null;
        // A manifest that is found by a tag and as a referrer says what it says once.
        HashSet<Digest> tagged = [.. referrers.Where(referrer => referrer.Tag is not null).Select(referrer => referrer.Descriptor.Digest)];
        List<AttachedStatement> found = [];
        foreach (
            Referrer referrer in referrers
                .Where(referrer => referrer.Tag is not null || !tagged.Contains(referrer.Descriptor.Digest))
                .Take(MostStatements)
        )
            found.AddRange(await ReadAsync(source, referrer, cancellationToken).ConfigureAwait(false));
        return [.. found.Take(MostStatements)];
    }

    private static async Task<IReadOnlyList<AttachedStatement>> ReadAsync(
        IImageSource source,
        Referrer referrer,
        CancellationToken cancellationToken
    )
    {
        StatementForm form = referrer.Tag is null ? StatementForm.Bundle : StatementForm.Tag;
        Location where = new(source.Place, Detail: referrer.Tag ?? referrer.Descriptor.Digest.ToString());
        try
        {
            if (!MediaTypes.IsManifest(referrer.Descriptor.MediaType))
                return [new(referrer, StatementForm.Other, null)];
            RawDocument document = await source.ReadDocumentAsync(referrer.Descriptor, where, cancellationToken).ConfigureAwait(false);
            List<AttachedStatement> found = [];
            foreach (Descriptor layer in ImageDocument.ReadManifest(document.Bytes, where).Layers.Take(MostStatements))
                found.Add(await ReadLayerAsync(source, referrer, layer, where, cancellationToken).ConfigureAwait(false));
            return found;
        }
        catch (NodeForgeException failure)
            when (failure.Diagnostics[0].Code.ExitCode == ExitCode.Verification
                || failure.Diagnostics[0].Code == ErrorCodes.RegistryNotFound
            )
        {
            return [new(referrer, form, null) { Problem = Told(failure, where) }];
        }
    }

    private static async Task<AttachedStatement> ReadLayerAsync(
        IImageSource source,
        Referrer referrer,
        Descriptor layer,
        Location where,
        CancellationToken cancellationToken
    )
    {
        StatementForm form = referrer.Tag is null ? StatementForm.Bundle : StatementForm.Tag;
        try
        {
            return layer.MediaType switch
            {
                SigstoreBundle.MediaType => OfBundle(referrer, SigstoreBundle.Read(await BytesAsync().ConfigureAwait(false), where), where),
                DsseEnvelope.MediaType => OfEnvelope(
                    referrer,
                    form,
                    null,
                    DsseEnvelope.Read(await BytesAsync().ConfigureAwait(false), where),
                    where
                ),
                SimpleSignature.MediaType => OfPayload(referrer, layer, await BytesAsync().ConfigureAwait(false), where),
                _ => new(referrer, StatementForm.Other, null),
            };
        }
        catch (NodeForgeException failure)
            when (failure.Diagnostics[0].Code.ExitCode == ExitCode.Verification
                || failure.Diagnostics[0].Code == ErrorCodes.RegistryNotFound
            )
        {
            return new(referrer, form, null) { Problem = Told(failure, where) };
        }

        async ValueTask<ReadOnlyMemory<byte>> BytesAsync() =>
            (await source.ReadDocumentAsync(layer, where, cancellationToken).ConfigureAwait(false)).Bytes;
    }

    private static AttachedStatement OfBundle(Referrer referrer, SigstoreBundle bundle, Location where) =>
        OfEnvelope(referrer, StatementForm.Bundle, bundle.Hint, bundle.Envelope, where);

    private static AttachedStatement OfEnvelope(Referrer referrer, StatementForm form, string? hint, DsseEnvelope envelope, Location where)
    {
        if (envelope.PayloadType != DsseEnvelope.InToto)
            throw SignedJson.Refuse(where, "the envelope holds no statement", envelope.PayloadType);
        Statement statement = Statement.Read(envelope.Payload, where);
        return new(referrer, form, statement.PredicateType)
        {
            Hint = hint,
            Subjects = statement.Subjects,
            IsSignedBy = envelope.IsSignedBy,
        };
    }

    private static AttachedStatement OfPayload(Referrer referrer, Descriptor layer, ReadOnlyMemory<byte> payload, Location where)
    {
        Digest image = SimpleSignature.Read(payload, where);
        byte[] signature = new byte[256]; // bytes; P-256 in DER has at most 72
        if (
            layer.Annotations?.GetValueOrDefault(SimpleSignature.Annotation) is not { } text
            || !Convert.TryFromBase64String(text, signature, out int length)
        )
            throw SignedJson.Refuse(where, "the signature is not where cosign writes it", SimpleSignature.Annotation);
        return new(referrer, referrer.Tag is null ? StatementForm.Referrer : StatementForm.Tag, PredicateTypes.Signature)
        {
            Subjects = [image],
            IsSignedBy = key => key.Verify(payload.Span, signature.AsSpan(0, length)),
        };
    }

    // That it is not there is told as what it means here.
    private static Diagnostic Told(NodeForgeException failure, Location where)
    {
        Diagnostic first = failure.Diagnostics[0];
        return first.Code == ErrorCodes.ImageBlobMissing || first.Code == ErrorCodes.RegistryNotFound
            ? new(ErrorCodes.SignatureBlobMissing, "something is attached to the image and is not there")
            {
                Where = where,
                Hint = ErrorCodes.SignatureBlobMissing.Remedy,
            }
            : first;
    }
}

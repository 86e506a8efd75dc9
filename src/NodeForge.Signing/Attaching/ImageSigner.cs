using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Attaching;

/// <summary>Signs images and attests things of them. Neither asks a clock or for randomness: the same image, key and predicate give the
/// same bytes, and doing it twice adds nothing.</summary>
public static class ImageSigner
{
    /// <summary>Signs an index and every manifest of it that is there.</summary>
    /// <returns>What was signed.</returns>
    /// <exception cref="NodeForgeException">What the target refuses.</exception>
    public static async Task<IReadOnlyList<Descriptor>> SignAsync(
        SignedImage image,
        SigningKey key,
        IArtifactTarget target,
        CancellationToken cancellationToken
    )
    {
        foreach (Descriptor document in image.Documents)
        {
            DsseEnvelope envelope = Envelope(key, document, PredicateTypes.Signature, []);
            IReadOnlyList<Artifact> tagged = await SignedArtifacts
                .UnderTagAsync(
                    target,
                    ReferrerTags.SignaturesOf(document.Digest),
                    SimpleSignature.ArtifactType,
                    SignedArtifacts.Simple(key, image.Name, document),
                    document,
                    cancellationToken
                )
                .ConfigureAwait(false);
            await target
                .AttachAsync(
                    [SignedArtifacts.Bundle(envelope, PredicateTypes.Signature, key.Public, document), .. tagged],
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return image.Documents;
    }

    /// <summary>Attests something of one document of an image.</summary>
    /// <param name="document">A manifest or index.</param>
    /// <param name="predicateType">What is said.</param>
    /// <param name="predicate">It; belongs to the statement from then on.</param>
    /// <param name="key">Whose word it is.</param>
    /// <param name="target">Where the image is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.AttestationTooLong"/>, and what the target refuses.</exception>
    public static async Task AttestAsync(
        Descriptor document,
        string predicateType,
        JsonObject predicate,
        SigningKey key,
        IArtifactTarget target,
        CancellationToken cancellationToken
    )
    {
        DsseEnvelope envelope = Envelope(key, document, predicateType, predicate);
        IReadOnlyList<Artifact> tagged = await SignedArtifacts
            .UnderTagAsync(
                target,
                ReferrerTags.AttestationsOf(document.Digest),
                type: null,
                SignedArtifacts.Attestation(envelope, predicateType),
                document,
                cancellationToken
            )
            .ConfigureAwait(false);
        await target
            .AttachAsync([SignedArtifacts.Bundle(envelope, predicateType, key.Public, document), .. tagged], cancellationToken)
            .ConfigureAwait(false);
    }

    private static DsseEnvelope Envelope(SigningKey key, Descriptor document, string predicateType, JsonObject predicate) =>
        DsseEnvelope.Sign(key, DsseEnvelope.InToto, Statement.Write(document.Digest, predicateType, predicate));
}

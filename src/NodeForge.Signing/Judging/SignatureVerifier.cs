using NodeForge.Oci;
using NodeForge.Signing.Attaching;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Judging;

/// <summary>Holds what is attached to an image against a policy. An image counts as signed where its manifest is, or an index that leads to
/// it: the index names the manifest by its digest.</summary>
/// <remarks>Only a statement of the type that is asked for counts: an image of which something else is attested, provenance above all, is
/// not signed.</remarks>
public static class SignatureVerifier
{
    /// <param name="source">Has the image and what is attached to it.</param>
    /// <param name="image">The image.</param>
    /// <param name="policy">Whose word counts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A verdict for each platform that is there.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SignaturesNotKept"/>, and what the source fails with.</exception>
    public static async Task<IReadOnlyList<SignatureVerdict>> VerifyAsync(
        IImageSource source,
        SignedImage image,
        SignaturePolicy policy,
        CancellationToken cancellationToken
    )
    {
        Dictionary<Digest, IReadOnlyList<AttachedStatement>> attached = [];
        foreach (Descriptor document in image.Documents)
            attached[document.Digest] =
                await AttachedStatements.ReadAsync(source, document, cancellationToken).ConfigureAwait(false)
                ?? throw NotKept(source.Place);
        return [.. image.Images.Select(platform => Judge(source, platform, attached, policy))];
    }

    /// <summary>The error for a place that keeps nothing.</summary>
    public static NodeForgeException NotKept(string place) =>
        new(
            new Diagnostic(ErrorCodes.SignaturesNotKept, "nothing can be attached to an image here")
            {
                Where = new(place),
                Hint = ErrorCodes.SignaturesNotKept.Remedy,
            }
        );

    private static SignatureVerdict Judge(
        IImageSource source,
        Image image,
        Dictionary<Digest, IReadOnlyList<AttachedStatement>> attached,
        SignaturePolicy policy
    )
    {
        Claim[] claims =
        [
            .. image
                .Indexes.Select(index => index.Descriptor.Digest)
                .Append(image.Descriptor.Digest)
                .SelectMany(document => attached[document].Select(statement => new Claim(document, statement, policy))),
        ];
        Location where = new($"{source.Place}, {image.Name}", Detail: image.Descriptor.Digest.ToString());
        return new(
            image.Descriptor.Digest,
            [.. policy.Attestations.Prepend(PredicateTypes.Signature).Select(type => Judge(type, claims, where, policy))]
        );
    }

    private static VerifiedClaim Judge(string type, Claim[] claims, Location where, SignaturePolicy policy)
    {
        Claim[] said = [.. claims.Where(claim => claim.Statement.PredicateType == type)];
        VerificationKey[] signers = [.. said.Where(claim => claim.IsAboutThis).SelectMany(claim => claim.Signers).Distinct()];
        string[] names = [.. signers.Select(key => key.Name)];
        return signers.Length >= policy.Quorum
            ? new(type, names, [])
            : new(type, names, Problems(type, claims, said, names, where, policy));
    }

    // The worst first: what was changed is told before what is merely not there.
    private static Diagnostic[] Problems(string type, Claim[] claims, Claim[] said, string[] names, Location where, SignaturePolicy policy)
    {
        Diagnostic[] broken =
        [
            .. claims.Select(claim => claim.Statement.Problem).OfType<Diagnostic>(),
            .. said.Where(claim => claim.IsChanged)
                .Select(claim => At(ErrorCodes.SignatureWrong, "a signature is not that of the key that it names", claim, where)),
            .. said.Where(claim => claim.Signers.Count > 0 && !claim.IsAboutThis)
                .Select(claim =>
                    At(ErrorCodes.SignatureOfOtherImage, "a trusted key signed another image", claim, where) with
                    {
                        Got = string.Join(" ", claim.Statement.Subjects),
                        Want = claim.Document.ToString(),
                    }
                ),
        ];
        return
        [
            .. broken.DistinctBy(problem => (problem.Code, problem.Where)),
            Lacking(type, claims, said, names, policy) with
            {
                Where = where,
            },
        ];
    }

    private static Diagnostic Lacking(string type, Claim[] claims, Claim[] said, string[] names, SignaturePolicy policy)
    {
        string want =
            policy.Quorum == 1
                ? "one of " + string.Join(", ", policy.Keys.Select(key => key.Name))
                : $"{policy.Quorum} of {string.Join(", ", policy.Keys.Select(key => key.Name))}";
        if (names.Length > 0)
            return Tell(ErrorCodes.QuorumMissed, $"too few keys stand for the {PredicateTypes.Show(type)}", string.Join(", ", names), want);
        if (type != PredicateTypes.Signature)
            return Tell(
                ErrorCodes.AttestationMissing,
                $"no trusted key attests: {PredicateTypes.Show(type)}",
                said.Length == 0 ? "nothing of this type" : $"{said.Length} of this type, by other keys",
                want
            );
        if (said.Length > 0)
            return Tell(
                ErrorCodes.SignatureOfOtherKey,
                "the image is signed, and by none of the trusted keys",
                string.Join(
                    ", ",
                    said.Select(claim => claim.Statement.Hint is { } hint ? "key " + Printable.Escape(hint) : "a key without a name")
                        .Distinct()
                ),
                want
            );
        string[] attested =
        [
            .. claims.Select(claim => claim.Statement.PredicateType).OfType<string>().Distinct().Select(PredicateTypes.Show),
        ];
        return attested.Length > 0
            ? Tell(
                ErrorCodes.ImageOnlyAttested,
                "the image is not signed; what is attached says other things of it",
                Printable.Escape(string.Join(", ", attested)),
                "a signature"
            )
            : Tell(ErrorCodes.ImageUnsigned, "the image is not signed", "nothing attached to it that says so", want);
    }

    private static Diagnostic Tell(ErrorCode code, string what, string got, string want) =>
        new(code, what)
        {
            Got = got,
            Want = want,
            Hint = code.Remedy,
        };

    private static Diagnostic At(ErrorCode code, string what, Claim claim, Location where) =>
        new(code, what)
        {
            Where = where with { Detail = claim.Statement.Referrer.Tag ?? claim.Statement.Referrer.Descriptor.Digest.ToString() },
            Hint = code.Remedy,
        };

    /// <summary>A statement, who of the policy signed it, and what it is attached to.</summary>
    private sealed record Claim
    {
        public Claim(Digest document, AttachedStatement statement, SignaturePolicy policy)
        {
            (Document, Statement) = (document, statement);
            Signers = statement.PredicateType is null ? [] : [.. policy.Keys.Where(statement.IsSignedBy)];
            IsChanged = Signers.Count == 0 && statement.Hint is { } hint && policy.Keys.Any(key => key.Hint == hint);
        }

        public Digest Document { get; }

        public AttachedStatement Statement { get; }

        public IReadOnlyList<VerificationKey> Signers { get; }

        public bool IsChanged { get; }

        public bool IsAboutThis => Statement.Subjects.Contains(Document);
    }
}

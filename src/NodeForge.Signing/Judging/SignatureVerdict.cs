using NodeForge.Oci;

namespace NodeForge.Signing.Judging;

/// <summary>What the keys say of an image for one platform.</summary>
/// <param name="Manifest">The image's.</param>
/// <param name="Claims">The signature, then each attestation that is asked for.</param>
public sealed record SignatureVerdict(Digest Manifest, IReadOnlyList<VerifiedClaim> Claims);

/// <param name="PredicateType">What has to be said.</param>
/// <param name="Signers">Names of the trusted keys that say it.</param>
/// <param name="Problems">Why that is not enough; empty where it is.</param>
public sealed record VerifiedClaim(string PredicateType, IReadOnlyList<string> Signers, IReadOnlyList<Diagnostic> Problems);

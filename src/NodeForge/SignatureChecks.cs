using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Judging;
using NodeForge.Verification;

namespace NodeForge;

/// <summary>What keys say of an image, as checks of its report.</summary>
public static class SignatureChecks
{
    /// <summary>The reports with a check for the signature, and for each attestation that was asked for.</summary>
    public static IReadOnlyList<VerificationReport> With(
        this IReadOnlyList<VerificationReport> reports,
        IReadOnlyList<SignatureVerdict> verdicts
    ) =>
        [
            .. reports.Select(report =>
                report.Manifest is null
                    ? report
                    : report with
                    {
                        Checks = [.. report.Checks, .. verdicts.First(verdict => verdict.Manifest == report.Manifest).Claims.Select(Check)],
                    }
            ),
        ];

    private static CheckResult Check(VerifiedClaim claim) =>
        new(
            "signatures",
            PredicateTypes.Show(claim.PredicateType),
            claim.Problems.Count == 0 ? CheckVerdict.Passed : CheckVerdict.Failed,
            claim.Signers.Count == 0 ? "by none of the trusted keys" : "by " + string.Join(", ", claim.Signers),
            claim.Problems
        );
}

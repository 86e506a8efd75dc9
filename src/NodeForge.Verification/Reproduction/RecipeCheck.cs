using NodeForge.Oci;
using NodeForge.Verification.Static;

namespace NodeForge.Verification.Reproduction;

/// <summary>What a recipe and its lock make of an image, as far as it is known without building.</summary>
/// <param name="Recipe">The recipe's file.</param>
/// <param name="Plans">The plan's digest, and the one of the same image with an open closure.</param>
/// <param name="KubernetesVersion">Null for an image that is no node.</param>
/// <param name="ImageId">What the lock records that it comes out as; null where it records nothing.</param>
/// <param name="Packages">Locked packages of a node's base; empty where its base is an image.</param>
public sealed record ExpectedImage(
    string Recipe,
    IReadOnlyList<Digest> Plans,
    string? KubernetesVersion,
    Digest? ImageId,
    IReadOnlyList<VerifiedComponent> Packages
);

/// <summary>An image held against its recipe's lock, by its identity and by what it says of itself.</summary>
public static class RecipeCheck
{
    public static VerificationReport With(this VerificationReport report, ExpectedImage expected)
    {
        Findings findings = new();
        if (expected.ImageId is { } id && !report.OpenClosure && report.ImageId != id)
            findings.Add(
                Problem(report, expected, "the image is not the one that the lock records", report.ImageId?.ToString(), id.ToString())
            );
        if (report.KubernetesVersion is { } version && version != expected.KubernetesVersion)
            findings.Add(
                Problem(report, expected, "the image has another Kubernetes than the recipe", version, expected.KubernetesVersion ?? "none")
            );
        if (report.KubernetesVersion is not null && (report.Plan is not { } plan || !expected.Plans.Contains(plan)))
            findings.Add(
                Problem(
                    report,
                    expected,
                    "the image says that it was built by another recipe or lock",
                    report.Plan is { } other ? $"plan {other}" : "no plan",
                    $"plan {expected.Plans[0]}"
                )
            );
        if (expected.Packages.Count > 0)
            findings.AddRange(Packages(report, expected));
        bool unknown = expected.ImageId is null && report.KubernetesVersion is null;
        if (unknown)
            findings.Skip("the lock records no image, and the image says nothing of itself: verify --rebuild tells");
        else
            findings.Summary =
                $"{expected.Recipe}: {(expected.ImageId is null ? "no image recorded, " : report.OpenClosure ? "" : "the recorded image, ")}{expected.Packages.Count} locked packages";
        return report with { Checks = [.. report.Checks, findings.ToResult("reproduction", "the recipe's lock")] };
    }

    private static IEnumerable<Diagnostic> Packages(VerificationReport report, ExpectedImage expected)
    {
        Dictionary<string, VerifiedComponent> there = report
            .Components.Where(static component => component.Origin.EndsWith(".deb", StringComparison.Ordinal))
            .GroupBy(static component => component.Name)
            .ToDictionary(static group => group.Key, static group => group.Last());
        foreach (VerifiedComponent locked in expected.Packages)
        {
            if (!there.Remove(locked.Name, out VerifiedComponent? component))
                yield return Problem(
                    report,
                    expected,
                    $"the image says nothing of the locked package '{locked.Name}'",
                    "none",
                    locked.Version
                );
            else if (component.Digest != locked.Digest)
                yield return Problem(
                    report,
                    expected,
                    $"the package '{locked.Name}' is another one than is locked",
                    $"{component.Version}, {component.Digest}",
                    $"{locked.Version}, {locked.Digest}"
                );
        }

        foreach (VerifiedComponent more in there.Values)
            yield return Problem(report, expected, $"the image has a package that is not locked: '{more.Name}'", more.Version, "none");
    }

    private static Diagnostic Problem(VerificationReport report, ExpectedImage expected, string what, string? got, string? want) =>
        new(ErrorCodes.RecipeDiffers, what)
        {
            Where = new(report.Image, Detail: expected.Recipe),
            Got = got,
            Want = want,
        };
}

using NodeForge.Cli.Rendering;
using NodeForge.Verification;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>verify</c> prints: a line for each check, and below it what is wrong; then what a cluster asks for and has
/// not.</summary>
internal sealed record VerifyDocument(bool Sound, IReadOnlyList<VerifiedItem> Images) : Document
{
    public static VerifyDocument Of(IReadOnlyList<VerificationReport> reports) =>
        new(reports.All(report => report.IsSound), [.. reports.Select(VerifiedItem.Of)]);

    public override Page ToText()
    {
        Page text = new();
        foreach (VerifiedItem image in Images)
        {
            text.Line(
                $"{image.Image}{(image.Platform is null ? "" : $" {image.Platform}")}{(image.KubernetesVersion is null ? "" : $", Kubernetes {image.KubernetesVersion}")}"
            );
            if (image.ImageId is { } id)
                text.Line("  image ID  " + id);
            int width = image.Checks.Max(check => check.Name.Length);
            string group = "";
            foreach (CheckItem check in image.Checks)
            {
                if (check.Group != group)
                    text.Line(group = check.Group);
                text.Line($"  {Mark(check.Verdict)} {check.Name.PadRight(width)}  {check.Summary}");
                foreach (DoctorProblem finding in check.Findings)
                    finding.AppendTo(text);
            }

            text.Line(Count(image));
        }

        return text;
    }

    private static string Count(VerifiedItem image)
    {
        string counts = string.Join(", ", image.Checks.GroupBy(check => check.Verdict).Select(group => $"{group.Count()} {group.Key}"));
        long size = image.Layers.Sum(layer => layer.Size);
        return $"{(image.Sound ? "✓ sound" : "✗ not sound")}: {counts}; {Quantity.Of(image.Layers.Count, "layer")}, {ByteCount.Show(size)}; {image.Closure.Count(item => item.State == "complete")} of {Quantity.Of(image.Closure.Count, "image")} of a cluster";
    }

    private static string Mark(string verdict) =>
        verdict switch
        {
            "passed" => "✓",
            "failed" => "✗",
            "warning" => "!",
            _ => "-",
        };
}

internal sealed record VerifiedItem(
    string Image,
    bool Sound,
    string? Platform,
    string? ImageId,
    string? Manifest,
    string? KubernetesVersion,
    IReadOnlyList<CheckItem> Checks,
    IReadOnlyList<ClosureItem> Closure,
    IReadOnlyList<VerifiedLayerItem> Layers,
    IReadOnlyList<ComponentItem> Components,
    IReadOnlyList<DifferenceItem> Differences
)
{
    public static VerifiedItem Of(VerificationReport report) =>
        new(
            report.Image,
            report.IsSound,
            report.Platform?.ToString(),
            report.ImageId?.ToString(),
            report.Manifest?.ToString(),
            report.KubernetesVersion,
            [.. report.Checks.Select(CheckItem.Of)],
            [.. report.Closure.Select(ClosureItem.Of)],
            [
                .. report.Layers.Select(layer => new VerifiedLayerItem(
                    layer.Title,
                    layer.Digest.ToString(),
                    layer.DiffId.ToString(),
                    layer.Size,
                    layer.UnpackedSize,
                    layer.Entries
                )),
            ],
            [
                .. report.Components.Select(component => new ComponentItem(
                    component.Name,
                    component.Version,
                    component.Digest?.ToString(),
                    component.Origin
                )),
            ],
            [.. report.Differences.Select(DifferenceItem.Of)]
        );
}

/// <summary>A check and its verdict: passed, warning, failed or skipped.</summary>
internal sealed record CheckItem(string Group, string Name, string Verdict, string Summary, IReadOnlyList<DoctorProblem> Findings)
{
    public static CheckItem Of(CheckResult check) =>
        new(
            check.Group,
            check.Name,
            check.Verdict.ToString().ToLowerInvariant(),
            check.Summary,
            [.. check.Findings.Select(DoctorProblem.Of)]
        );
}

/// <summary>An image that a cluster asks for: complete, incomplete, optional (not there, and not needed for certain) or missing.</summary>
internal sealed record ClosureItem(string Reference, IReadOnlyList<string> AskedBy, string State, string? ImageId, long Size)
{
    public static ClosureItem Of(ClosureEntry entry) =>
        new(entry.Reference, entry.AskedBy, entry.State.ToString().ToLowerInvariant(), entry.ImageId?.ToString(), entry.Size);
}

internal sealed record VerifiedLayerItem(string Title, string Digest, string DiffId, long Size, long UnpackedSize, int Entries);

internal sealed record ComponentItem(string Name, string? Version, string? Digest, string Origin);

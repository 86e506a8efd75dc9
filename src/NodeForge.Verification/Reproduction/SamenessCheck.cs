using System.Globalization;

namespace NodeForge.Verification.Reproduction;

/// <summary>A comparison as a check of a report.</summary>
public static class SamenessCheck
{
    /// <summary>The report with one more check: the image is the one that it should be.</summary>
    /// <param name="report">Of the second image of the comparison.</param>
    /// <param name="difference">What the comparison found.</param>
    public static VerificationReport With(this VerificationReport report, ImageDifference difference)
    {
        Diagnostic[] findings = difference.Sameness == Sameness.Different ? [Finding(difference)] : [];
        CheckVerdict verdict = findings.Length > 0 ? CheckVerdict.Failed : CheckVerdict.Passed;
        string summary = difference.Sameness switch
        {
            Sameness.SameBits => $"the same bits as {difference.First}",
            Sameness.SameImage => $"the same image as {difference.First}; compression or annotations differ",
            _ => $"{Quantity.Of(difference.Layers.Count, "layer")} and {Quantity.Of(difference.Documents.Count, "setting")} "
                + $"differ from {difference.First}",
        };
        return report with
        {
            Differences = [.. report.Differences, difference],
            Checks = [.. report.Checks, new("reproduction", "the same image", verdict, summary, findings)],
        };
    }

    private static Diagnostic Finding(ImageDifference difference)
    {
        LayerDifference? layer = difference.Layers.FirstOrDefault(static layer => !layer.OnlyCompression);
        EntryDifference? entry = layer is { Entries.Count: > 0 } ? layer.Entries[0] : null;
        IReadOnlyList<FieldDifference> fields = layer is null ? difference.Documents : entry?.Fields ?? [];
        FieldDifference? field = fields.Count > 0 ? fields[0] : null;
        string place = layer is null ? "its documents" : $"layer {layer.Number}{(layer.Title.Length > 0 ? $" ({layer.Title})" : "")}";
        return new(ErrorCodes.ImagesDiffer, $"the image is not the same as '{difference.First}'")
        {
            Where = new(
                difference.Second,
                Detail: entry is null ? place : $"{place}, {entry.Change.ToString().ToLowerInvariant()} /{entry.Path}"
            ),
            Got = Told(field, field?.Second, entry?.FirstByte, static at => at.Second),
            Want = Told(field, field?.First, entry?.FirstByte, static at => at.First),
            Hint = ErrorCodes.ImagesDiffer.Remedy,
        };
    }

    private static string? Told(FieldDifference? field, string? value, ByteDifference? at, Func<ByteDifference, string> bytes) =>
        field is null
            ? null
            : $"{field.Name} {value ?? "(none)"}"
                + (
                    at is null
                        ? ""
                        : string.Create(
                            CultureInfo.InvariantCulture,
                            $"; from byte {at.Offset} on: {(bytes(at) is { Length: > 0 } hex ? hex : "its end")}"
                        )
                );
}

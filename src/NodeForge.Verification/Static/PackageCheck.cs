using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>The packages that dpkg knows of are those of the record, in their versions.</summary>
internal sealed class PackageCheck : ImageCheck
{
    private const int MostFindings = 50;

    public override string Group => "versions";

    public override string Name => "packages";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        IReadOnlyDictionary<string, string> installed = PackageStatus.Of(image);
        RecordedComponent[] recorded = [.. (image.Record?.Components ?? []).Where(static component => component.IsPackage)];
        if (installed.Count == 0 || recorded.Length == 0)
        {
            findings.Skip(installed.Count == 0 ? "dpkg's database is not in the image" : "the record names no packages");
            return;
        }

        findings.Summary = $"{Quantity.Of(recorded.Length, "package")} of the record, held against dpkg's";
        foreach (
            RecordedComponent component in recorded
                .Where(component => installed.GetValueOrDefault(component.Name) != component.Version)
                .Take(MostFindings)
        )
            findings.Add(
                Differs(
                    image,
                    $"the package '{component.Name}' is not the one that the record names",
                    installed.GetValueOrDefault(component.Name) ?? "not installed",
                    component.Version ?? "no version"
                )
            );
        HashSet<string> known = [.. recorded.Select(static component => component.Name)];
        foreach (
            (string name, string version) in installed
                .Where(package => !known.Contains(package.Key))
                .OrderBy(static package => package.Key, StringComparer.Ordinal)
                .Take(MostFindings)
        )
            findings.Add(Differs(image, $"the package '{name}' is in no record", version, "no such package"));
    }

    private static Diagnostic Differs(ExaminedImage image, string what, string got, string want) =>
        new(ErrorCodes.PackageVersionDiffers, what)
        {
            Where = image.Where(NodeFiles.PackageStatus),
            Got = got,
            Want = want,
        };
}

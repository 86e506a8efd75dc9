using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>No component is of a version that is known to be harmful.</summary>
internal sealed class KnownBadCheck : ImageCheck
{
    public override string Group => "versions";

    public override string Name => "known faults";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        string[] components = [.. KnownBadVersions.All.Select(static row => row.Component).Distinct()];
        List<string> judged = [];
        List<string> left = [];
        foreach (string component in components)
        {
            RecordedComponent? recorded = image.Record?.Component(component);
            string? version = recorded?.Version ?? (NodeVersions.Stamps(image, component) is [var stamp, ..] ? stamp : null);
            // A distribution repairs faults without counting upstream's numbers on.
            if (recorded?.IsPackage == true || PackageStatus.Of(image).ContainsKey(component))
                left.Add(component);
            else if (SoftwareVersion.Of(version) is { } number)
            {
                judged.Add($"{component} {version}");
                foreach (KnownBadVersions row in KnownBadVersions.All.Where(row => row.Matches(component, number)))
                    findings.Add(
                        new(
                            ErrorCodes.VersionKnownBad,
                            $"{component} {version}: {row.Fault} ({row.Source}, looked up on {row.Seen:yyyy-MM-dd})"
                        )
                        {
                            Where = image.Where(NodeVersions.Find(image, component)?.Path ?? NodeFiles.Record),
                            Got = version,
                            Want = $"{row.FixedIn} or later",
                        }
                    );
            }
        }

        if (judged.Count == 0)
            findings.Skip(
                left.Count == 0
                    ? "none of the components that the table knows"
                    : $"{string.Join(", ", left)}: packages, whose distribution repairs them"
            );
        else
            findings.Summary = $"{string.Join(", ", judged)}: held against {KnownBadVersions.All.Count} known faults";
    }
}

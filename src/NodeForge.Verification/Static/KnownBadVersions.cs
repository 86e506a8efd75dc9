namespace NodeForge.Verification.Static;

/// <summary>Versions that no image should be made with any more. Each row says where that can be looked up, and when it was looked
/// up.</summary>
/// <param name="Component">The component, as records call it.</param>
/// <param name="From">The first version of the line that the row speaks of.</param>
/// <param name="FixedIn">The first version of that line without the fault.</param>
/// <param name="Fault">What is wrong, in a sentence without a full stop.</param>
/// <param name="Source">Where it can be looked up.</param>
/// <param name="Seen">The day on which it was looked up.</param>
internal sealed record KnownBadVersions(
    string Component,
    SoftwareVersion From,
    SoftwareVersion FixedIn,
    string Fault,
    string Source,
    DateOnly Seen
)
{
    private const string LabelFault = "a label of an image can run a command on the node as root";
    private const string LabelSource = "CVE-2026-53488, moby/buildkit#6886";
    private const string RuncFault = "a container can write where it must not through masked paths and /dev/console";
    private const string RuncSource = "CVE-2025-31133, CVE-2025-52565, CVE-2025-52881";
    private static readonly DateOnly Day = new(2026, 11, 28);

    public static IReadOnlyList<KnownBadVersions> All { get; } =
    [
        new("containerd", new(1, 7, 0), new(1, 7, 33), LabelFault, LabelSource, Day),
        new("containerd", new(2, 0, 0), new(2, 0, 10), LabelFault, LabelSource, Day),
        new(
            "containerd",
            new(2, 1, 0),
            new(2, 1, 1),
            "unpacking an image can be led out of its folder while it runs",
            "CVE-2025-47290",
            Day
        ),
        new("containerd", new(2, 1, 1), new(2, 1, 9), LabelFault, LabelSource, Day),
        new("containerd", new(2, 2, 0), new(2, 2, 5), LabelFault, LabelSource, Day),
        new("containerd", new(2, 3, 0), new(2, 3, 2), LabelFault, LabelSource, Day),
        new(
            "runc",
            new(1, 0, 0),
            new(1, 1, 12),
            "a container can keep a folder of the node open and step out through it",
            "CVE-2024-21626",
            Day
        ),
        new("runc", new(1, 2, 0), new(1, 2, 8), RuncFault, RuncSource, Day),
        new("runc", new(1, 3, 0), new(1, 3, 3), RuncFault, RuncSource, Day),
    ];

    public bool Matches(string component, SoftwareVersion version) => Component == component && From <= version && version < FixedIn;
}

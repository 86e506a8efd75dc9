using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace NodeForge.Oci;

/// <summary>What an image runs on: <c>linux/amd64</c>, <c>linux/arm/v7</c>.</summary>
public sealed record Platform(
    [property: JsonPropertyName("architecture"), JsonPropertyOrder(0)] string Architecture,
    [property: JsonPropertyName("os"), JsonPropertyOrder(1)] string Os
)
{
    [JsonPropertyName("variant"), JsonPropertyOrder(2)]
    public string? Variant
    {
        get;
        init => field = value is "" ? null : value; // as containerd has it; some writers leave no field out
    }

    // Go's words and others' for what images are made for (containerd, platforms/database.go, isKnownArch). A system alone is none: what
    // it means is another thing on another machine.
    private static readonly HashSet<string> Architectures =
    [
        "386",
        "i386",
        "amd64",
        "x86_64",
        "x86-64",
        "arm",
        "armhf",
        "armel",
        "arm64",
        "aarch64",
        "loong64",
        "mips64le",
        "ppc64le",
        "riscv64",
        "s390x",
    ];

    public static Platform LinuxAmd64 { get; } = new("amd64", "linux");

    public static Platform LinuxArm64 { get; } = new("arm64", "linux");

    /// <summary>Reads a platform in whatever words it has: <c>linux/x86_64</c> is <c>linux/amd64</c>, and so is <c>amd64</c>
    /// alone.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Platform? platform)
    {
        platform = null;
        string[] parts = (text ?? "").ToLowerInvariant().Split('/');
        if (parts is [var alone] && Architectures.Contains(alone))
            parts = ["linux", alone];
        if (
            parts.Length is not (2 or 3)
            || parts.Any(part =>
                part.Length == 0
                || !char.IsAsciiLetterOrDigit(part[0])
                || part.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('_' or '-' or '.'))
            )
        )
            return false;
        platform = new Platform(parts[1], parts[0]) { Variant = parts.Length == 3 ? parts[2] : null }.Normalized();
        return true;
    }

    /// <exception cref="FormatException">The text is no platform.</exception>
    public static Platform Parse(string text) =>
        TryParse(text, out Platform? platform)
            ? platform
            : throw new FormatException($"'{Printable.Escape(text)}' is no platform of the form os/architecture[/variant].");

    /// <summary>Whether an image for the other platform serves this one, as containerd has it: arm64 is arm64/v8, arm is arm/v7, and what
    /// runs a variant runs those below it.
    /// amd64 without a variant says nothing of the processor's level: it takes every one.</summary>
    public bool Accepts(Platform other) => DistanceTo(other) is not null;

    /// <summary>How far an image for the other platform is from the one that serves this one best, 0 being that.</summary>
    /// <returns>Null where it does not serve it.</returns>
    public int? DistanceTo(Platform other) => Normalized().DistanceToNormal(other.Normalized());

    private int? DistanceToNormal(Platform other)
    {
        if (Os != other.Os || Architecture != other.Architecture)
            return null;
        if (LevelOf(this) is not { } mine || LevelOf(other) is not { } theirs)
            return Variant == other.Variant ? 0 : null;
        if (Architecture == "amd64" && Variant is null)
            return theirs - mine;
        return theirs <= mine ? mine - theirs : null;
    }

    // What uname, Debian and others call processors, in Go's words (containerd, platforms/database.go, normalizeArch and normalizeOS). A
    // variant that says no more than the architecture goes.
    private Platform Normalized() =>
        (Architecture.ToLowerInvariant(), Variant?.ToLowerInvariant()) switch
        {
            ("amd64" or "x86_64" or "x86-64", null or "v1") => With("amd64", null),
            ("x86_64" or "x86-64", var level) => With("amd64", level),
            ("arm64" or "aarch64", null or "8" or "v8" or "8.0" or "v8.0") => With("arm64", null),
            ("aarch64", var level) => With("arm64", level),
            ("i386", _) => With("386", null),
            ("armhf", _) => With("arm", "v7"),
            ("armel", _) => With("arm", "v6"),
            ("arm", "5" or "6" or "7" or "8") => With("arm", "v" + Variant),
            var (architecture, variant) => With(architecture, variant),
        };

    private Platform With(string architecture, string? variant) =>
        new(architecture, Os.ToLowerInvariant() is var os && os == "macos" ? "darwin" : os) { Variant = variant };

    // "v8" and "v8.1", and "8" as some write it (containerd, platforms/database.go).
    private static int? LevelOf(Platform platform)
    {
        string? variant =
            platform.Variant
            ?? platform.Architecture switch
            {
                "amd64" => "v1",
                "arm64" => "v8",
                "arm" => "v7",
                _ => null,
            };
        string[] parts = (variant ?? "").TrimStart('v').Split('.');
        if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major) || major > 99)
            return null;
        int minor = 0;
        return parts.Length == 1 || (int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out minor) && minor <= 99)
            ? (major * 100) + minor
            : null;
    }

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}

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
    public string? Variant { get; init; }

    public static Platform LinuxAmd64 { get; } = new("amd64", "linux");

    public static Platform LinuxArm64 { get; } = new("arm64", "linux");

    public static bool TryParse(string? text, [NotNullWhen(true)] out Platform? platform)
    {
        platform = null;
        string[] parts = (text ?? "").Split('/');
        if (
            parts.Length is not (2 or 3)
            || parts.Any(part => part.Length == 0 || part.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c)))
        )
            return false;
        platform = new(parts[1], parts[0]) { Variant = parts.Length == 3 ? parts[2] : null };
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
    public int? DistanceTo(Platform other)
    {
        if (Os != other.Os || Architecture != other.Architecture)
            return null;
        if (LevelOf(this) is not { } mine || LevelOf(other) is not { } theirs)
            return Variant == other.Variant ? 0 : null;
        if (Architecture == "amd64" && Variant is null)
            return theirs - mine;
        return theirs <= mine ? mine - theirs : null;
    }

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

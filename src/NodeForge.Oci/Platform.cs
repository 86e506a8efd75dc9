using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace NodeForge.Oci;

/// <summary>What an image runs on: <c>linux/amd64</c>, <c>linux/arm/v7</c>.</summary>
public sealed record Platform(
    [property: JsonPropertyName("architecture"), JsonPropertyOrder(0)] string Architecture,
    [property: JsonPropertyName("os"), JsonPropertyOrder(1)] string Os)
{
    [JsonPropertyName("variant"), JsonPropertyOrder(2)]
    public string? Variant { get; init; }

    public static Platform LinuxAmd64 { get; } = new("amd64", "linux");

    public static Platform LinuxArm64 { get; } = new("arm64", "linux");

    public static bool TryParse(string? text, [NotNullWhen(true)] out Platform? platform)
    {
        platform = null;
        string[] parts = (text ?? "").Split('/');
        if (parts.Length is not (2 or 3) || parts.Any(part => part.Length == 0 || part.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))))
            return false;
        platform = new(parts[1], parts[0]) { Variant = parts.Length == 3 ? parts[2] : null };
        return true;
    }

    /// <exception cref="FormatException">The text is no platform.</exception>
    public static Platform Parse(string text) =>
        TryParse(text, out Platform? platform) ? platform : throw new FormatException($"'{Printable.Escape(text)}' is no platform of the form os/architecture[/variant].");

    /// <summary>Whether an image for the other platform serves this one; arm64 and arm64/v8 are the same (image-spec image-index.md).</summary>
    public bool Accepts(Platform other) =>
        Os == other.Os && Architecture == other.Architecture && NormalVariant == other.NormalVariant;

    private string? NormalVariant => Architecture == "arm64" && Variant == "v8" ? null : Variant;

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}

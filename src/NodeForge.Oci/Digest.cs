using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeForge.Oci;

/// <summary>The name of content: <c>sha256:</c> and 64 lower-case hexadecimal digits.</summary>
/// <remarks>Of the algorithms that image-spec (descriptor.md, "Digests") registers, sha256 is the one that every engine and registry takes;
/// others are refused by name.</remarks>
[JsonConverter(typeof(DigestJsonConverter))]
public readonly record struct Digest : IComparable<Digest>
{
    private const string Prefix = "sha256:";
    private const int HexLength = 64;
    private readonly string? hex;

    private Digest(string hex) => this.hex = hex;

    /// <summary>The 64 hexadecimal digits.</summary>
    public string Hex => hex ?? throw new InvalidOperationException("A digest that was never set has no value.");

    /// <summary>The first 12 digits, for people.</summary>
    public string ShortHex => Hex[..12];

    /// <param name="hash">The 32 bytes of a SHA-256.</param>
    public static Digest FromHash(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, SHA256.HashSizeInBytes);
        return new(Convert.ToHexStringLower(hash));
    }

    /// <summary>The digest of bytes at hand.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + HexLength || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        string hex = text[Prefix.Length..];
        if (hex.Any(c => c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f'))))
            return false;
        digest = new(hex);
        return true;
    }

    /// <exception cref="FormatException">The text is no sha256 digest.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out Digest digest)
            ? digest
            : throw new FormatException($"'{Printable.Escape(text)}' is no digest of the form sha256:<64 lower-case hexadecimal digits>.");

    public int CompareTo(Digest other) => string.CompareOrdinal(hex, other.hex);

    public override string ToString() => Prefix + Hex;

    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;
}

/// <summary>A digest as a JSON string.</summary>
public sealed class DigestJsonConverter : JsonConverter<Digest>
{
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Digest.TryParse(reader.GetString(), out Digest digest)
            ? digest
            : throw new JsonException("not a digest of the form sha256:<64 lower-case hexadecimal digits>");

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

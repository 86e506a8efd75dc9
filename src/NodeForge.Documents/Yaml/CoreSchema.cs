using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace NodeForge.Documents.Yaml;

/// <summary>How YAML 1.2 reads a plain scalar (section 10.3.2): by its form alone.</summary>
internal static partial class CoreSchema
{
    public static ScalarType Resolve(string text) =>
        text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => ScalarType.Null,
            "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarType.Boolean,
            _ when Integer().IsMatch(text) => ScalarType.Integer,
            _ when Float().IsMatch(text) => ScalarType.Float,
            _ => ScalarType.String,
        };

    /// <summary>A number as a program that reads the file sees it: <c>1.30</c> is 1.3, <c>0755</c> is 755, <c>0o755</c> is 493.</summary>
    public static string CanonicalNumber(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return BigInteger
                .Parse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                .ToString(CultureInfo.InvariantCulture);
        if (text.StartsWith("0o", StringComparison.Ordinal))
            return text[2..]
                .Aggregate(BigInteger.Zero, (value, digit) => (value * 8) + (digit - '0'))
                .ToString(CultureInfo.InvariantCulture);
        if (Resolve(text) == ScalarType.Integer && text.Length < LongestExact)
            return BigInteger.Parse(text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value.ToString("R", CultureInfo.InvariantCulture)
            : text;
    }

    // Beyond this an exact value costs time that grows with the square, and is of no use to the reader.
    private const int LongestExact = 40;

    [GeneratedRegex(@"\A(?:[-+]?[0-9]+|0o[0-7]{1,60}|0x[0-9a-fA-F]{1,60})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Integer();

    [GeneratedRegex(
        @"\A(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Float();
}

using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NodeForge.Documents.Yaml;

/// <summary>How sigs.k8s.io/yaml, which reads patches and kubeadm's documents, takes a plain scalar: YAML 1.1's truth values, Go's
/// numbers.</summary>
public static partial class KubernetesScalar
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileValue"/>: a number that JSON does not have.</exception>
    public static JsonNode? Read(YamlScalar scalar)
    {
        if (!scalar.IsPlain)
            return scalar.Text;
        if (scalar.Text is "" or "~" or "null" or "Null" or "NULL")
            return null;
        return (JsonNode?)Truth(scalar.Text) ?? Number(scalar) ?? scalar.Text;
    }

    /// <summary>Whether a word is true or false in YAML 1.1; null for other words.</summary>
    public static bool? Truth(string text) =>
        text switch
        {
            "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
            "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
            _ => null,
        };

    /// <summary>A whole number in Go's spelling: <c>0x1f</c>, <c>0o17</c>, <c>017</c> and <c>0b11</c> have their base, underscores part
    /// digits.</summary>
    public static BigInteger? Integer(string text)
    {
        Match match = Whole().Match(text.Replace("_", string.Empty, StringComparison.Ordinal));
        if (!match.Success)
            return null;
        (string digits, int radix) = match.Groups["digits"].Value switch
        {
            ['0', 'x' or 'X', .. string rest] => (rest, 16),
            ['0', 'o' or 'O', .. string rest] => (rest, 8),
            ['0', 'b' or 'B', .. string rest] => (rest, 2),
            ['0', .. { Length: > 0 } rest] => (rest, 8),
            string all => (all, 10),
        };
        BigInteger value = BigInteger.Zero;
        foreach (char digit in digits)
        {
            int number = Convert.ToInt32(digit.ToString(), 16);
            if (number >= radix)
                return null;
            value = (value * radix) + number;
        }

        return match.Groups["sign"].Value == "-" ? -value : value;
    }

    private static JsonNode? Number(YamlScalar scalar)
    {
        if (Integer(scalar.Text) is { } whole)
            return JsonNode.Parse(whole.ToString(CultureInfo.InvariantCulture));
        bool isNumber = Fraction().IsMatch(scalar.Text.Replace("_", string.Empty, StringComparison.Ordinal));
        double value = isNumber
            ? double.Parse(
                scalar.Text.Replace("_", string.Empty, StringComparison.Ordinal),
                NumberStyles.Float,
                CultureInfo.InvariantCulture
            )
            : 0;
        if (NotFinite().IsMatch(scalar.Text) || !double.IsFinite(value))
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ClusterFileValue, "this number is none that JSON has")
                {
                    Where = new("patch", scalar.Line, scalar.Column),
                    Got = scalar.Text,
                    Want = "a finite number, or the word in quotes",
                }
            );
        }

        return isNumber ? JsonValue.Create(value) : null;
    }

    // Beyond this length no number of Kubernetes' goes, and the time to read one grows with its square.
    [GeneratedRegex(@"\A(?<sign>[-+]?)(?<digits>0[xX][0-9a-fA-F]{1,60}|0[oO][0-7]{1,60}|0[bB][01]{1,60}|[0-9]{1,60})\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\A[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\z")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"\A(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z")]
    private static partial Regex NotFinite();
}

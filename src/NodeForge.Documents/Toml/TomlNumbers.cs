using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NodeForge.Documents.Toml;

/// <summary>TOML's numbers as JSON's, text kept: 1.0 stays a float.</summary>
internal static partial class TomlNumbers
{
    public static JsonNode Read(TomlCursor cursor)
    {
        string word = cursor.TakeWhile(character => char.IsAsciiLetterOrDigit(character) || character is '+' or '-' or '_' or '.' or ':');
        if (Whole().IsMatch(word) && long.TryParse(Plain(word), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return JsonValue.Create(whole);
        if (OfBase().Match(word) is { Success: true } based && TryBase(based, out long value))
            return JsonValue.Create(value);
        if (Float().IsMatch(word))
            return JsonNode.Parse(Plain(word))!;
        throw cursor.Refuse(word.Length == 0 ? "a value is missing" : $"'{Printable.Escape(word)}' is no value that containerd's configuration has");
    }

    private static string Plain(string word) => word.Replace("_", "", StringComparison.Ordinal).TrimStart('+');

    private static bool TryBase(Match match, out long value)
    {
        int width = match.Groups[1].Value switch { "x" => 16, "o" => 8, _ => 2 };
        value = 0;
        foreach (char digit in match.Groups[2].Value.Where(character => character != '_'))
        {
            int amount = Convert.ToInt32(digit.ToString(), 16);
            if (amount >= width || value > (long.MaxValue - amount) / width)
                return false;
            value = (value * width) + amount;
        }

        return true;
    }

    [GeneratedRegex(@"\A[+-]?(?:0|[1-9](?:_?[0-9])*)\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\A0(x|o|b)([0-9A-Fa-f](?:_?[0-9A-Fa-f])*)\z")]
    private static partial Regex OfBase();

    [GeneratedRegex(@"\A(?=.*[.eE])[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?\z")]
    private static partial Regex Float();
}

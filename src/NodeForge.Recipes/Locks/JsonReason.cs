using System.Text.Json;
using System.Text.RegularExpressions;

namespace NodeForge.Recipes.Locks;

/// <summary>What the JSON reader found, without the names of .NET types that its messages have.</summary>
internal static partial class JsonReason
{
    public static string Of(JsonException failure)
    {
        string message = failure.Message.Split(" Path: ", 2)[0].Split(" LineNumber: ", 2)[0].TrimEnd('.');
        string reason = message switch
        {
            _ when Unknown().Match(message) is { Success: true } unknown => $"the unknown property {unknown.Groups["name"].Value}",
            _ when Missing().Match(message) is { Success: true } missing => $"no {missing.Groups["names"].Value}",
            _ when message.Contains("could not be converted", StringComparison.Ordinal) => "a value of another type",
            _ when Repeated().Match(message) is { Success: true } repeated => $"the property {repeated.Groups["name"].Value} twice",
            _ when message.Contains(" on type '", StringComparison.Ordinal) => "null",
            _ => message,
        };
        return Printable.Escape(reason);
    }

    [GeneratedRegex("property '(?<name>[^']*)' could not be mapped")]
    private static partial Regex Unknown();

    [GeneratedRegex("Duplicate property '(?<name>[^']*)'")]
    private static partial Regex Repeated();

    [GeneratedRegex("missing required properties including: (?<names>.*)")]
    private static partial Regex Missing();
}

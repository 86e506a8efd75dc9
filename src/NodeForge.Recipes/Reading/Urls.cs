using System.Text.RegularExpressions;
using NodeForge.Documents;
using NodeForge.Documents.Yaml;

namespace NodeForge.Recipes.Reading;

/// <summary>URLs with placeholders, filled in when a platform is known.</summary>
internal static partial class Urls
{
    /// <returns>The text as written; null when it is no URL, which is reported.</returns>
    public static string? Template(Fields fields, string key, params string[] placeholders)
    {
        if (fields.Optional(key) is not { } text)
            return null;
        string? wrong = Placeholder().Matches(text).Select(match => match.Value).FirstOrDefault(found => !placeholders.Contains(found));
        if (wrong is not null)
        {
            fields.File.Report(
                ErrorCodes.RecipeUrl,
                fields[key]!,
                $"{key} has a placeholder that is not known",
                got: Quoted.Short(wrong),
                want: string.Join(" or ", placeholders)
            );
            return null;
        }

        string filled = Placeholder().Replace(text, "x");
        if (IsAddress(filled) && !filled.AsSpan().ContainsAny('{', '}'))
            return text;
        bool user = Uri.TryCreate(filled, UriKind.Absolute, out Uri? url) && url.UserInfo.Length > 0;
        fields.File.Report(
            ErrorCodes.RecipeUrl,
            fields[key]!,
            $"{key} is not a URL that can be fetched",
            got: user ? "a URL with a user name" : Quoted.Short(text),
            want: Want
        );
        return null;
    }

    /// <summary>What <see cref="IsAddress"/> asks for, in words.</summary>
    public const string Want = "https://HOST/PATH without a user name or '..'";

    /// <summary>Whether a text is an http or https address with a host and without a user, whose path stays where it says: a mirror may
    /// stand in for the beginning of it.</summary>
    public static bool IsAddress(string text) =>
        (text.StartsWith("https://", StringComparison.Ordinal) || text.StartsWith("http://", StringComparison.Ordinal))
        && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\')
        && Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        && url.Host.Length > 0
        && url.UserInfo.Length == 0
        && !Path(text).Split('/').Any(segment => Uri.UnescapeDataString(segment).Split('/', '\\').Any(part => part is "." or ".."));

    // As written: Uri itself has resolved the dots already.
    private static string Path(string text) => text.Split('?', '#')[0][(text.IndexOf("//", StringComparison.Ordinal) + 2)..];

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Placeholder();
}

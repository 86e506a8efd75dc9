using System.Text.RegularExpressions;

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
            fields.File.Report(ErrorCodes.RecipeUrl, fields[key]!, $"{key} has a placeholder that is not known", got: Quoted.Short(wrong), want: string.Join(" or ", placeholders));
            return null;
        }

        string filled = Placeholder().Replace(text, "x");
        bool valid = Uri.TryCreate(filled, UriKind.Absolute, out Uri? url) && url.Scheme is "https" or "http" && url.Host.Length > 0
            && url.UserInfo.Length == 0 && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '{' or '}' && filled.Contains(c, StringComparison.Ordinal));
        if (valid)
            return text;
        fields.File.Report(ErrorCodes.RecipeUrl, fields[key]!, $"{key} is not a URL that can be fetched", got: url is { UserInfo.Length: > 0 } ? "a URL with a user name" : Quoted.Short(text), want: "https://HOST/PATH without a user name");
        return null;
    }

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Placeholder();
}

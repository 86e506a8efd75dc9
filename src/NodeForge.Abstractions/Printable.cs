using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace NodeForge;

/// <summary>Makes foreign text safe to print: names out of archives and servers may carry terminal escapes.</summary>
public static partial class Printable
{
    // Marks that turn the direction of what follows, and ends of lines that are no control characters: text that shows as another (Unicode
    // TR 36, 2.10).
    private static readonly SearchValues<char> Directing = SearchValues.Create(
        "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    );

    /// <summary>Replaces what stands before the @ of an address by <c>***</c>: it is a password more often than not. Of ssh's, whose user
    /// is a part of the place, only the password goes.</summary>
    public static string WithoutPasswords(string text) =>
        text.Contains('@', StringComparison.Ordinal) ? UserInfo().Replace(text, "***") : text;

    /// <summary>Replaces control characters by <c>\xNN</c>, and those that turn the direction of text by <c>\uNNNN</c>; everything else
    /// stays.</summary>
    public static string Escape(string text)
    {
        if (!text.Any(IsUnsafe))
            return text;
        StringBuilder safe = new(text.Length + 8);
        foreach (char c in text)
        {
            if (!IsUnsafe(c))
                safe.Append(c);
            else if (c <= '\xff')
                safe.Append("\\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            else
                safe.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }

        return safe.ToString();
    }

    private static bool IsUnsafe(char c) => char.IsControl(c) || Directing.Contains(c);

    // Not any scheme: docker://name:tag@sha256:… has no user.
    [GeneratedRegex(
        """(?<=\b(?:https?|ftp|tcp|socks\w*)://)[^\s/?#'"]+(?=@)|(?<=\bssh://[^\s/?#'":@]*:)[^\s/?#'"]+(?=@)""",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex UserInfo();
}

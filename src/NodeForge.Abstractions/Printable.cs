using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace NodeForge;

/// <summary>Makes foreign text safe to print: names out of archives and servers may carry terminal escapes.</summary>
public static partial class Printable
{
    /// <summary>Replaces what stands before the @ of an address by <c>***</c>: it is a password more often than not. Of ssh's, whose user is a part of the place, only the password goes.</summary>
    public static string WithoutPasswords(string text) => text.Contains('@', StringComparison.Ordinal) ? UserInfo().Replace(text, "***") : text;

    /// <summary>Replaces control characters by <c>\xNN</c>; everything else stays.</summary>
    public static string Escape(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        StringBuilder safe = new(text.Length + 8);
        foreach (char c in text)
        {
            if (char.IsControl(c))
                safe.Append("\\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            else
                safe.Append(c);
        }

        return safe.ToString();
    }

    // Not any scheme: docker://name:tag@sha256:… has no user.
    [GeneratedRegex("""(?<=\b(?:https?|ftp|socks\w*)://)[^\s/?#'"]+(?=@)|(?<=\bssh://[^\s/?#'":@]*:)[^\s/?#'"]+(?=@)""", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();
}

using System.Globalization;
using System.Text;

namespace NodeForge;

/// <summary>Makes foreign text safe to print: names out of archives and servers may carry terminal escapes.</summary>
public static class Printable
{
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
}

using System.Text.RegularExpressions;

namespace NodeForge.Documents.Yaml;

/// <summary>What people most likely did where a text is no YAML: the parser tells where it stumbled, not over what.</summary>
internal static partial class YamlSlips
{
    // Nobody writes longer ones by hand, and the patterns below would take long over them.
    private const int LongestLine = 200;

    /// <param name="lines">Of the file.</param>
    /// <param name="at">The line that the parser names, from 0.</param>
    /// <param name="reason">The parser's.</param>
    /// <returns>Null where nothing is likely.</returns>
    public static string? HintOf(string[] lines, int at, string reason)
    {
        if (reason.Contains("quoted scalar", StringComparison.Ordinal))
            return "see whether the quotes before have an end";
        if (reason.Contains("flow mapping", StringComparison.Ordinal) || reason.Contains("flow sequence", StringComparison.Ordinal))
            return "see whether each { and [ before has its end, and a comma stands between two values";
        string line = lines[at];
        if (line.Length > LongestLine)
            return null;
        if (Entry().IsMatch(line) && Before(lines, at) is { } before && Indentation(line) != Indentation(before))
            return $"it is indented by {Indentation(line)} and the line before by {Indentation(before)}: "
                + "entries of one mapping or list begin in one column";
        return ColonInText().IsMatch(line) ? "put quotes around a text that has a colon and a blank in it" : null;
    }

    private static string? Before(string[] lines, int at) =>
        lines.Take(at).LastOrDefault(line => line.AsSpan().Trim() is { Length: > 0 } text && text[0] != '#');

    private static int Indentation(string line) => line.Length - line.TrimStart(' ').Length;

    // "key:" or "- " at its begin.
    [GeneratedRegex("""^ *(- |[\w.-]+:(\s|$))""")]
    private static partial Regex Entry();

    [GeneratedRegex("""^[ -]*[\w.-]+: +[^"'{\[\s][^#]*: """)]
    private static partial Regex ColonInText();
}

using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NodeForge.Documents.Yaml;

/// <summary>The parser's events of a text, one after another; what is no YAML is told where it stands.</summary>
/// <param name="file">For positions.</param>
/// <param name="text">All of the file.</param>
internal sealed class YamlEvents(string file, string text)
{
    private readonly Parser parser = new(new StringReader(text));

    /// <exception cref="NodeForgeException">It is not YAML from there on, or ends too early.</exception>
    public ParsingEvent Next()
    {
        (int line, int column) = parser.Current is { } last ? ((int)last.End.Line, (int)last.End.Column) : (1, 1);
        bool more;
        try
        {
            more = parser.MoveNext();
        }
        catch (YamlException failure)
        {
            throw Syntax(failure);
        }
        catch (Exception failure)
            when (failure
                    is InvalidOperationException
                        or ArgumentException
                        or IndexOutOfRangeException
                        or FormatException
                        or OverflowException
            )
        {
            // The scanner of YamlDotNet 16 leaves some malformed texts so, an unclosed flow list before a quote for one.
            throw Refuse(ErrorCodes.RecipeNotYaml, line, column, "this is not YAML from here on");
        }

        return more && parser.Current is { } current
            ? current
            : throw Refuse(ErrorCodes.RecipeNotYaml, line, column, "the text ends before the document does");
    }

    private NodeForgeException Syntax(YamlException failure)
    {
        int line = Math.Max(1, (int)failure.Start.Line);
        string[] lines = text.Split('\n');
        line = Math.Min(line, lines.Length);
        string wrong = lines[line - 1].TrimEnd('\r');
        // The parser names the start of the mapping that the tab breaks, which may be the first line.
        int tabbed = Array.FindIndex(
            lines,
            line - 1,
            candidate => candidate[..^candidate.TrimStart().Length].Contains('\t', StringComparison.Ordinal)
        );
        if (tabbed >= 0 && (tabbed == line - 1 || failure.Message.Contains("tab", StringComparison.Ordinal)))
            return Refuse(
                ErrorCodes.RecipeNotYaml,
                tabbed + 1,
                lines[tabbed].IndexOf('\t', StringComparison.Ordinal) + 1,
                "a tab stands in the indentation",
                want: "spaces"
            );
        string reason = failure.Message.TrimEnd('.');
        return Refuse(
            ErrorCodes.RecipeNotYaml,
            line,
            Math.Max(1, (int)failure.Start.Column),
            $"this is not YAML: {char.ToLowerInvariant(reason[0])}{reason[1..]}",
            got: wrong.Trim().Length == 0 ? null : Quoted.Short(wrong.Trim(), 60),
            hint: YamlSlips.HintOf(lines, line - 1, reason)
        );
    }

    public NodeForgeException Refuse(
        ErrorCode code,
        int line,
        int column,
        string what,
        string? got = null,
        string? want = null,
        string? hint = null
    ) =>
        new(
            new Diagnostic(code, what)
            {
                Where = new(file, line, column),
                Got = got,
                Want = want,
                Hint = hint,
            }
        );
}

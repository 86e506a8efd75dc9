using System.Text.RegularExpressions;

namespace NodeForge.Tests;

/// <summary>The programs that a shell script starts by name. It reads the shell that this repository writes, not every shell there
/// is.</summary>
internal static partial class ShellScript
{
    /// <summary>Words of the shell's own, in command position.</summary>
    private static readonly HashSet<string> Own =
    [
        "if",
        "then",
        "elif",
        "else",
        "fi",
        "for",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "in",
        "function",
        "time",
        "select",
        "!",
        "{",
        "}",
        "[",
        "]]",
        "[[",
        ".",
        ":",
        "alias",
        "break",
        "cd",
        "command",
        "compgen",
        "continue",
        "declare",
        "echo",
        "eval",
        "exec",
        "exit",
        "export",
        "false",
        "getopts",
        "hash",
        "kill",
        "let",
        "local",
        "mapfile",
        "printf",
        "pwd",
        "read",
        "readarray",
        "readonly",
        "return",
        "set",
        "shift",
        "shopt",
        "source",
        "test",
        "times",
        "trap",
        "true",
        "type",
        "ulimit",
        "umask",
        "unset",
        "wait",
    ];

    /// <summary>After these the next word is a command too.</summary>
    private static readonly HashSet<string> Leading =
    [
        "if",
        "then",
        "elif",
        "else",
        "while",
        "until",
        "do",
        "!",
        "{",
        "exec",
        "eval",
        "time",
        "nohup",
        "setsid",
        "timeout",
    ];

    public static IEnumerable<string> Functions(string text) => Function().Matches(text).Select(match => match.Groups["name"].Value);

    /// <summary>The first words of all commands, the shell's own and the script's variables left out.</summary>
    public static IEnumerable<string> Programs(string text) =>
        Nested(text).SelectMany(Commands).SelectMany(FirstWords).Where(word => Name().IsMatch(word) && !Own.Contains(word)).Distinct();

    // Command substitutions stand within quotes as well: each is a script of its own.
    private static IEnumerable<string> Nested(string text)
    {
        string plain = Comment().Replace(HereDocument().Replace(Escaped().Replace(text, " "), "\n"), "");
        plain = SingleQuoted().Replace(plain, "''");
        for (Match inner = Substitution().Match(plain); inner.Success; inner = Substitution().Match(plain))
        {
            yield return inner.Groups["script"].Value;
            plain = plain.Remove(inner.Index, inner.Length).Insert(inner.Index, "$_");
        }

        yield return plain;
    }

    private static IEnumerable<string> Commands(string script)
    {
        string plain = DoubleQuoted().Replace(script, "\"\"");
        plain = Conditional().Replace(Arithmetic().Replace(plain, ":"), ":");
        plain = CaseLabel().Replace(ArrayValue().Replace(plain, "=x"), "\n");
        return Separator().Split(plain);
    }

    private static IEnumerable<string> FirstWords(string command)
    {
        foreach (string word in command.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (Assignment().IsMatch(word) || Redirection().IsMatch(word) || word.All(char.IsAsciiDigit))
                continue;
            yield return word;
            if (!Leading.Contains(word))
                yield break;
        }
    }

    [GeneratedRegex(@"^\s*(function )?(?<name>[a-z_]+) ?\(\)", RegexOptions.Multiline)]
    private static partial Regex Function();

    [GeneratedRegex(@"<<-?'?(?<end>[A-Z]+)'?.*?^\s*\k<end>$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex HereDocument();

    [GeneratedRegex(@"\\[\n()]")]
    private static partial Regex Escaped();

    [GeneratedRegex(@"(?<=^|\s)#.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\$?'[^']*'")]
    private static partial Regex SingleQuoted();

    [GeneratedRegex(@"""(\\.|[^""\\])*""", RegexOptions.Singleline)]
    private static partial Regex DoubleQuoted();

    [GeneratedRegex(@"(\$|<|>)\((?!\()(?<script>[^()]*)\)")]
    private static partial Regex Substitution();

    [GeneratedRegex(@"\$?\(\((?>[^()]+|\((?<open>)|\)(?<-open>))*?(?(open)(?!))\)\)")]
    private static partial Regex Arithmetic();

    [GeneratedRegex(@"\[\[.*?\]\]", RegexOptions.Singleline)]
    private static partial Regex Conditional();

    [GeneratedRegex(@"\+?=\([^()]*\)")]
    private static partial Regex ArrayValue();

    [GeneratedRegex(@"(?<=^|;;|\bin\b)\s*[^\s()]+( \| [^\s()]+)*\)", RegexOptions.Multiline)]
    private static partial Regex CaseLabel();

    [GeneratedRegex(@"\n|;|\||&&|&(?!>)|\(\)|\(|\)")]
    private static partial Regex Separator();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*(\[[^]]*\])?\+?=")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^[0-9]*[<>]")]
    private static partial Regex Redirection();

    [GeneratedRegex(@"^[a-z][a-z0-9._-]*$")]
    private static partial Regex Name();
}

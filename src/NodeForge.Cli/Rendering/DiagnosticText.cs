using Spectre.Console;

namespace NodeForge.Cli.Rendering;

/// <summary>Diagnostics as a terminal shows them: one problem a paragraph, the mend on a line of its own.</summary>
internal static class DiagnosticText
{
    // Letters of a text that are shown. What is longer was made to be long, and folding it takes time by its square.
    private const int Longest = 16_000;

    public static string Markup(Diagnostic diagnostic)
    {
        string kind = diagnostic.Severity == Severity.Error ? "[red]error[/]" : "[yellow]warning[/]";
        List<string> lines = [$"{kind} [bold]{diagnostic.Code.Id}[/]: {Escape(diagnostic.What)}"];
        if (diagnostic.Where is { } where)
            lines.Add($"  at   {Escape(where.ToString())}");
        if (diagnostic.Got is { } got)
            lines.Add($"  got  {Escape(got)}");
        if (diagnostic.Want is { } want)
            lines.Add($"  want {Escape(want)}");
        if (diagnostic.Hint is { } hint)
            lines.Add($"  [green]{Escape(hint)}[/]");
        return string.Join('\n', lines);
    }

    // A value of several lines (the end of a program's output) keeps them, indented under its label.
    private static string Escape(string text)
    {
        string shown = text.Length > Longest ? $"{text.AsSpan(0, Longest)}… ({text.Length} letters)" : text.TrimEnd();
        return Spectre.Console.Markup.Escape(string.Join("\n       ", shown.Split('\n').Select(Printable.Escape)));
    }
}

using System.Globalization;
using Spectre.Console;

namespace NodeForge.Cli.Rendering;

/// <summary>The one line that a finished step leaves.</summary>
internal static class StepLine
{
    public static string Of(StepFinished step)
    {
        string detail = step.Detail is null ? "" : $" [grey]{Title(step.Detail)}[/]";
        return $" [green]✓[/] {Title(step.Title)}{detail} [grey]{Seconds(step.Elapsed)}[/]";
    }

    public static string Of(StepFailed step) => $" [red]✗[/] {Title(step.Title)} [grey]{Seconds(step.Elapsed)}[/]";

    private static string Title(string title) => Markup.Escape(Printable.Escape(title));

    private static string Seconds(TimeSpan elapsed) => elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
}

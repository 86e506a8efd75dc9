using Spectre.Console;

namespace NodeForge.Cli.Rendering;

/// <summary>The lines that stay: a step's when it ends, warnings, and with verbose what programs say.</summary>
internal abstract class LineReporter(Terminal terminal, bool verbose) : IForgeReporter
{
    private readonly Lock printing = new();

    protected Terminal Terminal => terminal;

    protected bool Verbose => verbose;

    public virtual void Report(ForgeEvent happened)
    {
        lock (printing)
        {
            switch (happened)
            {
                case StepFinished step when verbose || !step.IsPart:
                    terminal.Error.MarkupLine(StepLine.Of(step));
                    break;
                case StepFailed step:
                    terminal.Error.MarkupLine(StepLine.Of(step));
                    break;
                case Warned warning:
                    terminal.Error.MarkupLine(DiagnosticText.Markup(warning.Diagnostic));
                    break;
                case ProgramSaid said when verbose:
                    terminal.Error.WriteLine($"   {said.Program}: {Printable.Escape(said.Line)}");
                    break;
            }
        }
    }
}

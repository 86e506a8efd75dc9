using Spectre.Console;

namespace NodeForge.Cli.Rendering;

/// <summary>A line for each step that ends, and with verbose for each that begins: for pipes, build logs and dumb terminals.</summary>
internal sealed class PlainReporter(Terminal terminal, bool verbose) : LineReporter(terminal, verbose)
{
    public override void Report(ForgeEvent happened)
    {
        if (Verbose && happened is StepStarted { IsPart: false } step)
            Terminal.Error.WriteLine($" • {Printable.Escape(step.Title)}");
        base.Report(happened);
    }
}

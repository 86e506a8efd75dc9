using System.Globalization;
using Microsoft.Extensions.Logging;

namespace NodeForge.Aspire.Hosting;

/// <summary>What happens, as a resource's log on the dashboard.</summary>
internal sealed partial class ResourceLog(ILogger log) : IForgeReporter
{
    /// <inheritdoc/>
    public void Report(ForgeEvent happened)
    {
        switch (happened)
        {
            case StepStarted { IsPart: false } step:
                Begun(log, Printable.Escape(step.Title));
                break;
            case StepFinished { IsPart: false } step:
                Done(log, Printable.Escape(step.Detail is null ? step.Title : $"{step.Title} {step.Detail}"), Seconds(step.Elapsed));
                break;
            case StepFailed step:
                GaveUp(log, Printable.Escape(step.Title), Seconds(step.Elapsed));
                break;
            case Warned warning:
                Warn(log, warning.Diagnostic);
                break;
            case ProgramSaid said:
                Said(log, said.Program, Printable.Escape(said.Line));
                break;
        }
    }

    /// <summary>Why there is no cluster.</summary>
    public void Tell(Exception failure)
    {
        if (failure is not NodeForgeException known)
        {
            Broke(log, failure);
            return;
        }

        foreach (Diagnostic problem in known.Diagnostics)
            Fail(log, problem);
    }

    private static string Seconds(TimeSpan elapsed) => elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Information, "{Step}")]
    private static partial void Begun(ILogger log, string step);

    [LoggerMessage(LogLevel.Information, "{Step}: {Seconds} s")]
    private static partial void Done(ILogger log, string step, string seconds);

    [LoggerMessage(LogLevel.Error, "{Step} failed after {Seconds} s")]
    private static partial void GaveUp(ILogger log, string step, string seconds);

    [LoggerMessage(LogLevel.Warning, "{Problem}")]
    private static partial void Warn(ILogger log, Diagnostic problem);

    [LoggerMessage(LogLevel.Debug, "{Program}: {Line}")]
    private static partial void Said(ILogger log, string program, string line);

    [LoggerMessage(LogLevel.Error, "{Problem}")]
    private static partial void Fail(ILogger log, Diagnostic problem);

    [LoggerMessage(LogLevel.Error, "the cluster cannot be made")]
    private static partial void Broke(ILogger log, Exception failure);
}

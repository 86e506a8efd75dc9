using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace NodeForge.MSBuild;

/// <summary>What happens, in MSBuild's words: <c>file(line,col): error NF1004: …</c>, a message for a step, and what programs say for those
/// who ask for much.</summary>
internal sealed class TaskMessages(TaskLoggingHelper log, HostEnvironment? host) : IForgeReporter
{
    private readonly ConcurrentQueue<RecordedWarning> warnings = new();

    /// <summary>What was warned of so far.</summary>
    public IReadOnlyList<RecordedWarning> Warnings => [.. warnings];

    /// <summary>The file of warnings that are of no other.</summary>
    public string File { get; set; } = "";

    /// <inheritdoc/>
    public void Report(ForgeEvent happened)
    {
        switch (happened)
        {
            case StepFinished { IsPart: false } step:
                string detail = step.Detail is null ? "" : $" {step.Detail}";
                Say(MessageImportance.Normal, $"  {step.Title}{detail} {Seconds(step.Elapsed)}");
                break;
            case StepFinished step:
                Say(MessageImportance.Low, $"  {step.Title} {Seconds(step.Elapsed)}");
                break;
            case StepFailed step:
                Say(MessageImportance.Normal, $"  {step.Title} failed after {Seconds(step.Elapsed)}");
                break;
            case Warned warning:
                Tell(warning.Diagnostic, File);
                break;
            case ProgramSaid said:
                Say(MessageImportance.Low, $"  {said.Program}: {said.Line}");
                break;
        }
    }

    public void Say(MessageImportance importance, string text) => log.LogMessage(importance, "{0}", Printable.Escape(text));

    /// <summary>Logs a problem where it is.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="file">The file that it counts for when it is in none itself.</param>
    public void Tell(Diagnostic problem, string file)
    {
        string? own = problem.Where is { } where && Path.Exists(Resolved(where.Resource)) ? Resolved(where.Resource) : null;
        string? place = own is null ? problem.Where?.ToString() : problem.Where!.Detail;
        RecordedWarning told = new(
            problem.Code.Id,
            own ?? file,
            own is null ? 0 : problem.Where!.Line ?? 0,
            own is null ? 0 : problem.Where!.Column ?? 0,
            Text(problem, place)
        );
        if (problem.Severity == Severity.Warning)
            Warn(told);
        else
            log.LogError(null, told.Code, null, told.File, told.Line, told.Column, 0, 0, "{0}", told.Text);
    }

    public void Warn(RecordedWarning warning)
    {
        warnings.Enqueue(warning);
        log.LogWarning(null, warning.Code, null, warning.File, warning.Line, warning.Column, 0, 0, "{0}", warning.Text);
    }

    private string Resolved(string path) => host is null ? path : host.Resolve(path);

    private static string Text(Diagnostic problem, string? place) =>
        Printable.Escape(
            string.Join(" · ", new[] { problem.What, place, problem.GotAndWant, problem.Hint }.Where(part => part is not null))
        );

    private static string Seconds(TimeSpan elapsed) => elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
}

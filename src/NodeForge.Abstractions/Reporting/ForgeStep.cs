using System.Diagnostics;

namespace NodeForge;

/// <summary>A step of work under way. Disposed without <see cref="Finish"/> it counts as failed.</summary>
public sealed class ForgeStep : IDisposable
{
    // Progress is for eyes: twenty times a second is plenty, and keeps reporting out of the copy loops' profile.
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(50);
    private static int lastId;

    private readonly IForgeReporter reporter;
    private readonly int id = Interlocked.Increment(ref lastId);
    private readonly string title;
    private readonly bool isPart;
    private readonly long started = Stopwatch.GetTimestamp();
    private long reported;
    private long done;
    private bool ended;

    internal ForgeStep(IForgeReporter reporter, string title, long? total, bool isPart)
    {
        this.reporter = reporter;
        this.title = title;
        this.isPart = isPart;
        reporter.Report(new StepStarted(id, title, total) { IsPart = isPart });
    }

    /// <summary>Adds to what is done.</summary>
    /// <param name="bytes">How many bytes more.</param>
    public void Advance(long bytes)
    {
        long now = Interlocked.Add(ref done, bytes);
        long last = Interlocked.Read(ref reported);
        if (Stopwatch.GetElapsedTime(last) < ReportEvery)
            return;
        Interlocked.Exchange(ref reported, Stopwatch.GetTimestamp());
        reporter.Report(new StepAdvanced(id, now));
    }

    /// <summary>Ends the step well.</summary>
    /// <param name="detail">What came of it, in a few words.</param>
    public void Finish(string? detail = null)
    {
        ended = true;
        reporter.Report(new StepFinished(id, title, Stopwatch.GetElapsedTime(started), detail) { IsPart = isPart });
    }

    public void Dispose()
    {
        if (!ended)
            reporter.Report(new StepFailed(id, title, Stopwatch.GetElapsedTime(started)));
        ended = true;
    }
}

public static class ForgeReporterExtensions
{
    /// <summary>Begins a step.</summary>
    /// <param name="reporter">Who hears of it.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="total">Bytes to do, when known.</param>
    public static ForgeStep Step(this IForgeReporter reporter, string title, long? total = null) =>
        new(reporter, title, total, isPart: false);

    /// <summary>Begins one of the many steps that a larger one is made of.</summary>
    public static ForgeStep PartStep(this IForgeReporter reporter, string title, long? total = null) =>
        new(reporter, title, total, isPart: true);

    public static void Warn(this IForgeReporter reporter, Diagnostic diagnostic) =>
        reporter.Report(new Warned(diagnostic with { Severity = Severity.Warning }));
}

using System.Globalization;

namespace NodeForge.TestSupport.Results;

/// <summary>What people read at the end of a run.</summary>
/// <param name="First">All tests.</param>
/// <param name="Again">Those that failed and were run once more.</param>
public sealed record RunSummary(IReadOnlyList<RecordedTest> First, IReadOnlyList<RecordedTest> Again)
{
    private const int Slowest = 10;

    /// <summary>Failed, and passed when they were run once more.</summary>
    public IReadOnlyList<string> Unsteady { get; } =
    [
        .. First
            .Where(test => test.Failed)
            .Select(test => test.Name)
            .Intersect(Again.Where(test => test.Outcome == "Passed").Select(test => test.Name)),
    ];

    /// <param name="unsteady">Those of all runs by now, this one among them: a line for each, with the day before the name.</param>
    public string Text(IReadOnlyList<string> unsteady)
    {
        IEnumerable<string> slowest = First
            .OrderByDescending(test => test.Duration)
            .Take(Slowest)
            .Select(test => string.Create(CultureInfo.InvariantCulture, $"{test.Duration.TotalSeconds, 8:F1}  {test.Name}"));
        int failed = First.Count(test => test.Failed) - Unsteady.Count;
        string counts = $"{Count("Passed")} passed, {failed} failed, {Count("NotExecuted")} skipped";
        if (Unsteady.Count > 0)
            counts += $", {Unsteady.Count} unsteady: failed, and passed when run once more:";
        IEnumerable<string> names = Unsteady.Select(name =>
            $"  {name} ({unsteady.Count(line => line.EndsWith(' ' + name, StringComparison.Ordinal))} times by now)"
        );
        return string.Join('\n', ["slowest tests, in seconds:", .. slowest, counts, .. names, ""]);
    }

    private int Count(string outcome) => First.Count(test => test.Outcome == outcome);
}

using System.Globalization;
using NodeForge.Benchmarks.Building;
using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Starting;

/// <summary>Commands that do little, by turns: most of their time is the program's start.</summary>
internal sealed class StartComparison(BenchmarkOptions options, string command, string root)
{
    private const string Ours = "nodeforge, compiled ahead";
    private const string Native = "nodeforge, native code";
    private const string Kind = "kind";
    private const string Empty = "an empty native program";

    // One start is too short for a stopwatch on a machine that does something else besides.
    private const int Starts = 10;

    public string Run(Action<string> say)
    {
        if (!File.Exists(options.Native))
            throw new BenchmarkException($"{options.Native} is missing: run build/native, or give --native FILE");
        Directory.CreateDirectory(options.Work);
        say("preparing");
        List<string> rows = [.. Cases().Select(measured => Row(measured, say))];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | wall s, median | {Ours} | {Native} | {PeerProgram.TitleOf(
                PeerProgram.Find(options)
            )} | {Empty} | native of ahead | of kind | of empty |
            |---|---|---|---|---|---|---|---|
            {string.Join('\n', rows)}

            {options.Rounds * Starts} starts by turns on {Environment.ProcessorCount} cores, load average {MachineLoad.Now} at the end.
            """
        );
    }

    private IEnumerable<Case> Cases()
    {
        string recipe = Path.Combine(root, "recipes", "node", "debian-v1.20.2.yaml");
        string kind = PeerProgram.Find(options);
        yield return Both("--help", [kind, "--help"], [EmptyProgram.Make(options)], "--help");
        yield return Both("get clusters", [kind, "get", "clusters"], null, "get", "clusters");
        yield return Both("plan RECIPE", null, null, "plan", recipe);
        if (options.Tarball is null)
            yield break;
        OurBuild ahead = OurBuild.Prepare(command, options),
            native = ahead.With(options.Native);
        string output = $"oci:{ahead.Layout("out")}";
        ahead.Cold("archives", output);
        yield return new(
            "build, nothing changed",
            new() { [Ours] = () => ahead.Again("archives", output), [Native] = () => native.Again("archives", output) }
        );
    }

    private Case Both(string title, string[]? kind, string[]? empty, params string[] arguments)
    {
        Dictionary<string, Func<Measurement>> runs = new()
        {
            [Ours] = () => MeasuredProgram.Run([.. BenchmarkOptions.Call(command), .. arguments]),
            [Native] = () => MeasuredProgram.Run([options.Native, .. arguments]),
        };
        if (kind is not null)
            runs[Kind] = () => MeasuredProgram.Run(kind);
        if (empty is not null)
            runs[Empty] = () => MeasuredProgram.Run(empty);
        return new(title, runs);
    }

    private string Row(Case measured, Action<string> say)
    {
        Dictionary<string, Series> series = measured.Runs.Keys.ToDictionary(who => who, who => new Series(who));
        for (int start = 0; start < options.Rounds * Starts; start++)
        {
            foreach ((string who, Func<Measurement> run) in measured.Runs)
                series[who].Add(run());
        }

        say($"{measured.Title}: load {MachineLoad.Now}");
        string[] seconds = [.. new[] { Ours, Native, Kind, Empty }.Select(who => Seconds(series.GetValueOrDefault(who)))];
        string[] ratios = [.. new[] { Ours, Kind, Empty }.Select(who => Ratio(series[Native], series.GetValueOrDefault(who)))];
        return $"| {measured.Title} | {string.Join(" | ", seconds)} | {string.Join(" | ", ratios)} |";
    }

    private static string Seconds(Series? series) => series?.MedianSeconds.ToString("0.000", CultureInfo.InvariantCulture) ?? "";

    private static string Ratio(Series ours, Series? other) =>
        other is null ? "" : (ours.MedianSeconds / other.MedianSeconds).ToString("0.00", CultureInfo.InvariantCulture);

    private sealed record Case(string Title, Dictionary<string, Func<Measurement>> Runs);
}

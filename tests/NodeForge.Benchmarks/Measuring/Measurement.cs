namespace NodeForge.Benchmarks.Measuring;

/// <summary>One run of a program.</summary>
/// <param name="Wall">From start to exit.</param>
/// <param name="Processor">User and system time of the process itself; what an engine does for it is not in it.</param>
/// <param name="PeakBytes">The most memory that was resident (VmHWM).</param>
internal sealed record Measurement(TimeSpan Wall, TimeSpan Processor, long PeakBytes);

/// <summary>The runs of one case.</summary>
internal sealed class Series(string title)
{
    private readonly List<Measurement> runs = [];

    public string Title => title;

    public void Add(Measurement run) => runs.Add(run);

    public Measurement Last => runs[^1];

    public double MedianSeconds => Median(run => run.Wall.TotalSeconds);

    public double MedianProcessorSeconds => Median(run => run.Processor.TotalSeconds);

    public double LeastSeconds => runs.Min(run => run.Wall.TotalSeconds);

    public double MostSeconds => runs.Max(run => run.Wall.TotalSeconds);

    public double PeakMegabytes => runs.Max(run => run.PeakBytes) / 1e6;

    private double Median(Func<Measurement, double> value)
    {
        double[] sorted = [.. runs.Select(value).Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

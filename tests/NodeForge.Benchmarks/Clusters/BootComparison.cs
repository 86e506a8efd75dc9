using System.Globalization;
using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Clusters;

/// <summary>Creating clusters from several images by turns: what a way of preloading costs at the first boot.</summary>
internal sealed class BootComparison(BenchmarkOptions options, string command)
{
    public string Run(Action<string> say)
    {
        if (options.Images.Count < 2)
            throw new BenchmarkException("--image is wanted twice at least\n" + BenchmarkOptions.Usage);
        Directory.CreateDirectory(options.Work);
        MeasuredCluster ours = new(BenchmarkOptions.Call(command), options.Work);
        List<string> rows = [];
        foreach (ClusterShape shape in ClusterShape.All)
        {
            Series[] all = [.. options.Images.Select(image => new Series(image))];
            for (int round = 1; round <= options.Rounds; round++)
            {
                foreach (Series series in all)
                {
                    series.Add(ours.Create(series.Title, shape));
                    ours.Delete();
                    say(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{series.Title}, {shape.Title}: {series.Last.Wall.TotalSeconds:0.0} s, load {MachineLoad.Now}"
                        )
                    );
                }
            }

            rows.AddRange(
                all.Select(series =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {series.Title} | {shape.Title} | {series.MedianSeconds:0.0} | {series.LeastSeconds:0.0} to {series.MostSeconds:0.0} | {series.MedianSeconds / all[0].MedianSeconds:0.00} |"
                    )
                )
            );
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | image | cluster | create until Ready, median s | least to most s | of the first |
            |---|---|---|---|---|
            {string.Join('\n', rows)}

            {options.Rounds} rounds by turns on {Environment.ProcessorCount} cores, load average {MachineLoad.Now} at the end.
            """
        );
    }
}

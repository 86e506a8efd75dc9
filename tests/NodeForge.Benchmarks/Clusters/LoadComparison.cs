using System.Globalization;
using NodeForge.Benchmarks.Building;
using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Clusters;

/// <summary>Loading an image of which one layer has changed, the peer and ours by turns into one cluster, which has the image of
/// before.</summary>
internal sealed class LoadComparison(BenchmarkOptions options, string command)
{
    private const string Image = "example.test/nodeforge-benchmark/load:1";
    private const int Layers = 10;
    private const int LayerBytes = 50_000_000;
    private int last = Layers;

    public string Run(Action<string> say)
    {
        string node = options.Images is [string only]
            ? only
            : throw new BenchmarkException("--image is wanted once\n" + BenchmarkOptions.Usage);
        Directory.CreateDirectory(options.Work);
        string peer = PeerProgram.Find(options);
        MeasuredCluster kind = new([peer], options.Work),
            cluster = new(BenchmarkOptions.Call(command), options.Work);
        List<string> rows = [];
        foreach (ClusterShape shape in ClusterShape.All)
        {
            Series theirs = new("kind load docker-image"),
                ours = new("nodeforge load image");
            say($"preparing {shape.Title}");
            cluster.Create(node, shape);
            try
            {
                Change();
                cluster.Load("image", Image);
                for (int round = 1; round <= options.Rounds; round++)
                {
                    Measure(theirs, shape, () => kind.Load("docker-image", Image), say);
                    Measure(ours, shape, () => cluster.Load("image", Image), say);
                }
            }
            finally
            {
                cluster.Delete();
            }

            rows.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {shape.Title} | {theirs.MedianSeconds:0.0} | {ours.MedianSeconds:0.0} | {ours.LeastSeconds:0.0} to {ours.MostSeconds:0.0} | {ours.MedianSeconds / theirs.MedianSeconds:0.00} |"
                )
            );
        }

        MeasuredProgram.Run(["docker", "rmi", Image]);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | load an image of {Layers * LayerBytes / 1_000_000} MB, one layer of {LayerBytes
                / 1_000_000} MB changed | {PeerProgram.TitleOf(peer)}, median s | nodeforge, median s | least to most s | of kind's |
            |---|---|---|---|---|
            {string.Join('\n', rows)}

            {options.Rounds} rounds by turns on {Environment.ProcessorCount} cores, load average {MachineLoad.Now} at the end.
            """
        );
    }

    private void Measure(Series series, ClusterShape shape, Func<Measurement> run, Action<string> say)
    {
        Change();
        series.Add(run());
        say(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{series.Title}, {shape.Title}: {series.Last.Wall.TotalSeconds:0.0} s, load {MachineLoad.Now}"
            )
        );
    }

    // The engine gets an image with another last layer; the cluster has the one of before.
    private void Change()
    {
        string archive = Path.Combine(options.Work, "load.tar");
        LayeredImage.Write(options.Work, archive, Image, [.. Enumerable.Range(1, Layers - 1), ++last], LayerBytes);
        MeasuredProgram.Run(["docker", "load", "--input", archive]);
        File.Delete(archive);
    }
}

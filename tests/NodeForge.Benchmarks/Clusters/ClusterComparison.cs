using System.Globalization;
using NodeForge.Benchmarks.Building;
using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Clusters;

/// <summary>Creating and deleting clusters, the peer and ours by turns: both from our image, and the peer from an image of its own where
/// there is one.</summary>
internal sealed class ClusterComparison(BenchmarkOptions options, string command)
{
    // A cluster that is Ready still starts pods. Who creates sooner would delete a busier one.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    public string Run(Action<string> say)
    {
        string image = options.Images is [string only]
            ? only
            : throw new BenchmarkException("--image is wanted once\n" + BenchmarkOptions.Usage);
        Directory.CreateDirectory(options.Work);
        string kind = PeerProgram.Find(options);
        string title = PeerProgram.TitleOf(kind);
        MeasuredCluster peer = new([kind], options.Work),
            ours = new(BenchmarkOptions.Call(command), options.Work);
        Contestant[] peers = options.PeerImage is { } own
            ? [new(title, peer, image), new(title + ", its own image", peer, own)]
            : [new(title, peer, image)];
        Contestant nodeforge = new("nodeforge", ours, image);
        List<string> rows = [];
        foreach (ClusterShape shape in ClusterShape.All)
        {
            Dictionary<Contestant, Series> created = peers.Append(nodeforge).ToDictionary(who => who, who => new Series(who.Title)),
                deleted = peers.Append(nodeforge).ToDictionary(who => who, who => new Series(who.Title));
            for (int round = 1; round <= options.Rounds; round++)
            {
                foreach (Contestant who in created.Keys)
                {
                    created[who].Add(who.Program.Create(who.Image, shape));
                    Thread.Sleep(Settling);
                    deleted[who].Add(who.Program.Delete());
                    say(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{who.Title}, {shape.Title}: {created[who].Last.Wall.TotalSeconds:0.0} s, deleted in {deleted[who].Last.Wall.TotalSeconds:0.00} s, load {MachineLoad.Now}"
                        )
                    );
                }
            }

            rows.Add(Row($"create, {shape.Title}", [.. peers.Select(who => created[who])], created[nodeforge]));
            rows.Add(Row($"delete, {shape.Title}", [.. peers.Select(who => deleted[who])], deleted[nodeforge]));
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | median s | {string.Join(" | ", peers.Select(who => who.Title))} | nodeforge | least to most s | {string.Join(
                " | ",
                peers.Select(who => "of " + who.Title.Replace(title, "kind's", StringComparison.Ordinal))
            )} |
            |---|---|---|---|{string.Concat(peers.Select(_ => "---|---|"))}
            {string.Join('\n', rows)}

            {options.Rounds} rounds by turns on {Environment.ProcessorCount} cores, load average {MachineLoad.Now} at the end. Created until every node is Ready; deleted {Settling.TotalSeconds:0} s later.
            """
        );
    }

    private static string Row(string title, Series[] peers, Series ours) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {title} | {string.Join(" | ", peers.Select(series => Seconds(series.MedianSeconds)))} | {Seconds(ours.MedianSeconds)} | {Seconds(ours.LeastSeconds)} to {Seconds(ours.MostSeconds)} | {string.Join(" | ", peers.Select(series => Ratio(ours, series)))} |"
        );

    // A deletion takes a second: its tenths would be a tenth of it.
    private static string Seconds(double seconds) => seconds.ToString(seconds < 5 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    private static string Ratio(Series ours, Series peer) =>
        (ours.MedianSeconds / peer.MedianSeconds).ToString("0.00", CultureInfo.InvariantCulture);

    private sealed record Contestant(string Title, MeasuredCluster Program, string Image);
}

using System.Globalization;
using NodeForge.Benchmarks.Building;
using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Clusters;

/// <summary>Creating and deleting clusters, the peer and ours by turns, from one image or each from its own.</summary>
internal sealed class ClusterComparison(BenchmarkOptions options, string command)
{
    public string Run(Action<string> say)
    {
        string image = options.Images is [string only] ? only : throw new BenchmarkException("--image is wanted once\n" + BenchmarkOptions.Usage);
        Directory.CreateDirectory(options.Work);
        MeasuredCluster peer = new([PeerProgram.Find(options)], options.Work), ours = new(["dotnet", command], options.Work);
        List<(Series Peer, Series Ours)> rows = [];
        foreach (ClusterShape shape in ClusterShape.All)
        {
            (Series Peer, Series Ours) create = (new($"kind, {shape.Title}"), new($"nodeforge, {shape.Title}"));
            (Series Peer, Series Ours) delete = (new($"kind, delete, {shape.Title}"), new($"nodeforge, delete, {shape.Title}"));
            for (int round = 1; round <= options.Rounds; round++)
            {
                Measure(peer, options.PeerImage ?? image, create.Peer, delete.Peer);
                Measure(ours, image, create.Ours, delete.Ours);
            }

            rows.AddRange([create, delete]);

            void Measure(MeasuredCluster cluster, string from, Series created, Series deleted)
            {
                created.Add(cluster.Create(from, shape));
                deleted.Add(cluster.Delete());
                say(string.Create(CultureInfo.InvariantCulture, $"{created.Title}: {created.Last.Wall.TotalSeconds:0.0} s, deleted in {deleted.Last.Wall.TotalSeconds:0.0} s, load {MachineLoad.Now}"));
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"""
            | create until every node is Ready; delete | kind 0.27, median s | nodeforge, median s | least to most s | of kind's |
            |---|---|---|---|---|
            {string.Join('\n', rows.Select(Row))}

            {options.Rounds} rounds by turns, {(options.PeerImage is null ? "both from one image" : "each from an image of its own")}, on {Environment.ProcessorCount} cores, load average {MachineLoad.Now} at the end.
            """);
    }

    private static string Row((Series Peer, Series Ours) row) => string.Create(CultureInfo.InvariantCulture,
        $"| {row.Ours.Title["nodeforge, ".Length..]} | {row.Peer.MedianSeconds:0.0} | {row.Ours.MedianSeconds:0.0} | {row.Ours.LeastSeconds:0.0} to {row.Ours.MostSeconds:0.0} | {row.Ours.MedianSeconds / row.Peer.MedianSeconds:0.00} |");
}

using System.Globalization;
using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Preloading;

/// <summary>A release's image archives brought into containerd: planted as files, and imported by containerd itself, by turns.</summary>
internal sealed class PreloadComparison(BenchmarkOptions options)
{
    private readonly Series imported = new("ctr images import");
    private readonly Series packed = new("ctr images import --no-unpack");
    private readonly Series planted = new("planted");

    public string Run(Action<string> say)
    {
        string folder = Path.Combine(options.Work, "preload");
        IReadOnlyList<string> archives = Archives(folder);
        string root = Path.Combine(folder, "root");
        for (int round = 1; round <= options.Rounds; round++)
        {
            Measure(imported, () => Import(root, archives, []), say);
            Measure(packed, () => Import(root, archives, ["--no-unpack"]), say);
            Measure(planted, () => Plant(root, archives), say);
        }

        long bytes = archives.Sum(archive => new FileInfo(archive).Length);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | {archives.Count} archives, {bytes / 1e6:0} MB, into an empty containerd | median s | least to most s | of importing |
            |---|---|---|---|
            {string.Join('\n', new[] { imported, packed, planted }.Select(Row))}

            {options.Rounds} rounds by turns on {Environment.ProcessorCount} cores, load average {MachineLoad.Now} at the end. After each round `ctr images check` called every image complete.
            """
        );

        void Measure(Series series, Func<Measurement> run, Action<string> say)
        {
            if (Directory.Exists(root))
                Directory.Delete(root, recursive: true);
            series.Add(run());
            say(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{series.Title}: {series.Last.Wall.TotalSeconds:0.00} s, load {MachineLoad.Now}"
                )
            );
        }
    }

    private IReadOnlyList<string> Archives(string folder)
    {
        string images = Path.Combine(folder, "archives");
        if (Directory.Exists(images))
            Directory.Delete(images, recursive: true);
        Directory.CreateDirectory(images);
        MeasuredProgram.Run([
            "tar",
            "-xzf",
            BenchmarkOptions.Needed(options.Tarball, "--tarball"),
            "-C",
            images,
            "--strip-components=3",
            "--wildcards",
            "*/server/bin/*.tar",
        ]);
        return [.. Directory.GetFiles(images).Order(StringComparer.Ordinal)];
    }

    private static Measurement Import(string root, IReadOnlyList<string> archives, string[] how)
    {
        using StartedContainerd containerd = StartedContainerd.Start(root);
        string calls =
            string.Concat(archives.Select(archive => $"{string.Join(' ', containerd.Ctr(["images", "import", .. how, archive]))} &\n"))
            + "wait";
        Measurement measured = MeasuredProgram.Run(["sh", "-ec", calls]);
        containerd.RequireComplete(archives.Count);
        return measured;
    }

    private static Measurement Plant(string root, IReadOnlyList<string> archives)
    {
        Measurement measured = PlantedStore.Plant(root, archives);
        using StartedContainerd containerd = StartedContainerd.Start(root);
        containerd.RequireComplete(archives.Count);
        return measured;
    }

    private string Row(Series series) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {series.Title} | {series.MedianSeconds:0.00} | {series.LeastSeconds:0.00} to {series.MostSeconds:0.00} | {series.MedianSeconds / imported.MedianSeconds:0.00} |"
        );
}

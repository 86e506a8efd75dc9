using System.Globalization;
using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Building;

/// <summary>Building a node image, the peer and ours by turns, so that what else the machine does slows both.</summary>
internal sealed class BuildComparison(BenchmarkOptions options, string command)
{
    private const string Engine = "docker-daemon:nodeforge-benchmark/ours:1";
    private readonly Series peer = new("kind build node-image, into the engine");
    private readonly Series engine = new("nodeforge, cold, into the engine");
    private readonly Series layout = new("nodeforge, cold, OCI layout");
    private readonly Series planted = new("nodeforge, cold, OCI layout, preload: content-store");
    private readonly Series again = new("nodeforge, nothing changed");
    private readonly Series changed = new("nodeforge, one preloaded image changed");

    public string Run(Action<string> say)
    {
        say("preparing");
        OurBuild ours = OurBuild.Prepare(command, options);
        LoadBase(BenchmarkOptions.Needed(options.Base, "--base"));
        PeerBuild theirs = PeerBuild.Prepare(PeerProgram.Find(options), options);
        ChangedLayers difference = new(0, 0, 0);
        for (int round = 1; round <= options.Rounds; round++)
        {
            Measure(peer, theirs.Run, say);
            Measure(layout, () => ours.Cold("archives", $"oci:{ours.Layout("out")}"), say);
            Measure(again, () => ours.Again("archives", $"oci:{ours.Layout("out")}"), say);
            Measure(engine, () => ours.Cold("archives", Engine), say);
            MeasuredProgram.Run(["docker", "rmi", Engine[Engine.IndexOf(':', StringComparison.Ordinal)..][1..]]);
            difference = Change(ours, round, say);
            Measure(planted, () => ours.Cold("content-store", $"oci:{ours.Layout("out-planted")}"), say);
        }

        return Table(difference);
    }

    private ChangedLayers Change(OurBuild ours, int round, Action<string> say)
    {
        ours.Forget("before");
        ours.Forget("after");
        ours.WithImage(Extra(2 * round), $"oci:{ours.Layout("before")}");
        string archive = Extra((2 * round) + 1);
        Measure(changed, () => ours.WithImage(archive, $"oci:{ours.Layout("after")}"), say);
        return ChangedLayers.Between(ours.Layout("before"), ours.Layout("after"));
    }

    private string Extra(int state)
    {
        string archive = Path.Combine(options.Work, "extra.tar");
        LayeredImage.Write(options.Work, archive, "example.test/extra:1", [state], 32 << 20);
        return archive;
    }

    private static void Measure(Series series, Func<Measurement> run, Action<string> say)
    {
        // What the case before left to be written would be written during this one, whose own writes wait for it.
        MeasuredProgram.Run(["sync"]);
        Measurement measured = run();
        series.Add(measured);
        say(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{series.Title}: {measured.Wall.TotalSeconds:0.0} s, processor {measured.Processor.TotalSeconds:0.0} s, peak {measured.PeakBytes / 1e6:0} MB, load {MachineLoad.Now}"
            )
        );
    }

    private static void LoadBase(string layout)
    {
        string archive = layout + ".benchmark.tar";
        try
        {
            OciToDocker.Write(layout, archive, PeerBuild.BaseImage);
            MeasuredProgram.Run(["docker", "load", "--input", archive]);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    private string Table(ChangedLayers difference)
    {
        string[] rows = [.. new[] { peer, engine, layout, planted, again, changed }.Select(Row)];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | case | median s | least to most s | of kind's | own processor s | peak MB |
            |---|---|---|---|---|---|
            {string.Join('\n', rows)}

            {options.Rounds} rounds by turns on {Environment.ProcessorCount} cores, load average {MachineLoad.Now}. With one preloaded image of 34 MB changed, {difference.Layers} of {difference.All} layers are
            rewritten, {difference.Bytes / 1e6:0.0} MB. Processor time is that of the program alone: most of kind's is spent by the engine.
            """
        );
    }

    private string Row(Series series) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {series.Title} | {series.MedianSeconds:0.0} | {series.LeastSeconds:0.0} to {series.MostSeconds:0.0} | {series.MedianSeconds / peer.MedianSeconds:0.00} | {series.MedianProcessorSeconds:0.0} | {series.PeakMegabytes:0} |"
        );
}

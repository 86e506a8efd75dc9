using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Building;

/// <summary>Gets the peer's program out of Debian's package, beside the system: a list of trixie in an apt of its own, the machine's
/// mirror.</summary>
internal static class PeerProgram
{
    public static string Find(BenchmarkOptions options)
    {
        if (options.Kind is { } given)
            return given;
        string folder = Path.Combine(options.Work, "kind");
        string program = Path.Combine(folder, "root", "usr", "bin", "kind");
        if (File.Exists(program))
            return program;
        string lists = Path.Combine(folder, "lists", "partial");
        string cache = Path.Combine(folder, "cache", "archives", "partial");
        Directory.CreateDirectory(lists);
        Directory.CreateDirectory(cache);
        string sources = Path.Combine(folder, "sources.list");
        File.WriteAllText(sources, $"deb {Mirror()} trixie main\n");
        string script = $"""
            set -eu
            cd '{folder}'
            set -- -o Dir::Etc::sourcelist='{sources}' -o Dir::Etc::sourceparts=- -o Dir::State::lists='{folder}/lists' -o Dir::Cache='{folder}/cache' -o APT::Sandbox::User=root
            apt-get "$@" update
            apt-get "$@" download kind
            dpkg-deb -x kind_*.deb root
            """;
        MeasuredProgram.Run(["sh", "-c", script]);
        return program;
    }

    /// <summary>"kind 0.33", by what the program says of itself.</summary>
    public static string TitleOf(string program) =>
        "kind " + string.Join('.', MeasuredProgram.Output([program, "version", "-q"]).Trim().Split('.').Take(2));

    private static string Mirror()
    {
        string mirror = MeasuredProgram
            .Output(["sh", "-c", "apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -1"])
            .Trim();
        return mirror.Length > 0 ? mirror : throw new BenchmarkException("apt has no mirror that kind could come from: give --kind FILE");
    }
}

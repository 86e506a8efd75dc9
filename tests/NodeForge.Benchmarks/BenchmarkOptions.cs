using System.Globalization;

namespace NodeForge.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    public const string Usage = """
        dotnet run -c Release --project tests/NodeForge.Benchmarks -- COMPARISON [options]
          build    nodeforge build node-image beside kind build node-image; --tarball FILE --base DIR
          cluster  nodeforge create and delete cluster beside kind's, from one image and kind's from its own too; --image REF [--peer-image REF]
          load     nodeforge load image beside kind's, one layer of 500 MB changed; --image REF of a node
          preload  planting a release's images beside ctr images import; --tarball FILE, containerd on PATH
          start    how soon a command is over: ahead, native, kind, an empty program; [--tarball FILE --base DIR]
          boot     nodeforge create cluster from several images, by turns; --image REF --image REF ...

          --tarball FILE   kubernetes-server-linux-ARCH.tar.gz
          --base DIR       the base image, an OCI layout
          --version V      the tarball's Kubernetes (v1.20.2)
          --image REF      a node image that the engine has
          --peer-image REF one that kind has built, for clusters of kind's beside those from our image
          --kind FILE      the peer's program (default: Debian's package, from the machine's mirror)
          --command FILE   the NodeForge.Cli.dll, or the native program, that is measured (default: built from source first)
          --native FILE    the native program (artifacts/native/nodeforge, which build/native makes)
          --rounds N       how often each case is run (3)
          --work DIR       where caches and layouts lie (artifacts/benchmarks)
          --update-readme  writes the table between its marks in README.md
        """;

    private static readonly HashSet<string> Valued =
    [
        "--tarball",
        "--base",
        "--version",
        "--image",
        "--peer-image",
        "--kind",
        "--command",
        "--native",
        "--rounds",
        "--work",
    ];

    public string? Tarball { get; init; }

    public string? Base { get; init; }

    public string Version { get; init; } = "v1.20.2";

    public IReadOnlyList<string> Images { get; init; } = [];

    public string? PeerImage { get; init; }

    public string? Kind { get; init; }

    public string? Command { get; init; }

    public required string Native { get; init; }

    public int Rounds { get; init; } = 3;

    public required string Work { get; init; }

    public bool UpdateReadme { get; init; }

    /// <exception cref="BenchmarkException">An argument is wrong.</exception>
    public static BenchmarkOptions Parse(IReadOnlyList<string> arguments, string root)
    {
        Dictionary<string, List<string>> given = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            bool flag = arguments[i] == "--update-readme";
            if (!flag && (i + 1 == arguments.Count || !Valued.Contains(arguments[i])))
                throw new BenchmarkException($"'{arguments[i]}' is not understood\n{Usage}");
            if (!given.TryGetValue(arguments[i], out List<string>? values))
                given[arguments[i]] = values = [];
            values.Add(flag ? "" : arguments[++i]);
        }

        return new()
        {
            Tarball = PathOf("--tarball"),
            Base = PathOf("--base"),
            Version = Last("--version") ?? "v1.20.2",
            Images = given.GetValueOrDefault("--image") ?? [],
            PeerImage = Last("--peer-image"),
            Kind = PathOf("--kind"),
            Command = PathOf("--command"),
            Native = PathOf("--native") ?? Path.Combine(root, "artifacts", "native", "nodeforge"),
            Rounds = int.Parse(Last("--rounds") ?? "3", CultureInfo.InvariantCulture),
            Work = PathOf("--work") ?? Path.Combine(root, "artifacts", "benchmarks"),
            UpdateReadme = given.ContainsKey("--update-readme"),
        };

        string? Last(string name) => given.GetValueOrDefault(name)?[^1];
        string? PathOf(string name) => Last(name) is { } path ? Path.GetFullPath(path) : null;
    }

    /// <summary>How a command of ours is called: an assembly by dotnet, native code by itself.</summary>
    public static IReadOnlyList<string> Call(string command) =>
        command.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", command] : [command];

    /// <exception cref="BenchmarkException">The comparison needs it and it is not given.</exception>
    public static T Needed<T>(T? value, string name)
        where T : class => value ?? throw new BenchmarkException($"{name} is missing\n{Usage}");
}

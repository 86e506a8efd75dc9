using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Building;

/// <summary><c>kind build node-image --type file</c>, made to run without a network and without losing time by it.</summary>
/// <remarks>
/// Two stand-ins, both in the peer's favour. Its <c>docker pull</c> of a base image that is in the engine already, which it would try four
/// times, is answered at once.
/// In its base image a <c>ctr</c> knows <c>info</c>, which containerd 1.6 lacks, and answers at once, with nothing fetched, where the peer
/// fetches what the tarball does not have
/// (etcd, CoreDNS, pause, its pod network, its storage): so it makes a smaller image than it would, of the same parts as ours.
/// </remarks>
internal sealed class PeerBuild
{
    public const string BaseImage = "nodeforge-benchmark/base:1";
    private const string PeerBase = "nodeforge-benchmark/peer-base:1";
    private const string Image = "nodeforge-benchmark/peer:1";
    private readonly string kind;
    private readonly string tarball;
    private readonly string path;

    private PeerBuild(string kind, string tarball, string path)
    {
        this.kind = kind;
        this.tarball = tarball;
        this.path = path;
    }

    public static PeerBuild Prepare(string kind, BenchmarkOptions options)
    {
        string docker =
            Environment
                .GetEnvironmentVariable("PATH")!
                .Split(':')
                .Select(folder => Path.Combine(folder, "docker"))
                .FirstOrDefault(File.Exists)
            ?? throw new BenchmarkException("the peer needs docker on PATH");
        string folder = Path.Combine(options.Work, "peer");
        Directory.CreateDirectory(folder);
        WriteProgram(
            Path.Combine(folder, "docker"),
            $"""
            #!/bin/sh
            [ "$1" = pull ] && exit 0
            exec {docker} "$@"

            """
        );
        string ctr = Path.Combine(folder, "ctr");
        WriteProgram(
            ctr,
            """
            #!/bin/sh
            case "$*" in
            info) exec /usr/bin/ctr version ;;
            *"content fetch"* | *"images pull"*) exit 0 ;;
            esac
            exec /usr/bin/ctr "$@"

            """
        );
        string container = MeasuredProgram.Output(["docker", "create", BaseImage]).Trim();
        MeasuredProgram.Run(["docker", "cp", ctr, $"{container}:/usr/local/bin/ctr"]);
        MeasuredProgram.Run(["docker", "commit", container, PeerBase]);
        MeasuredProgram.Run(["docker", "rm", container]);
        return new(kind, BenchmarkOptions.Needed(options.Tarball, "--tarball"), $"{folder}:{Environment.GetEnvironmentVariable("PATH")}");
    }

    public Measurement Run()
    {
        Measurement run = MeasuredProgram.Run(
            [kind, "build", "node-image", "--type", "file", tarball, "--base-image", PeerBase, "--image", Image, "--quiet"],
            new Dictionary<string, string> { ["PATH"] = path }
        );
        string programs = MeasuredProgram.Output([
            "docker",
            "run",
            "--rm",
            "--entrypoint",
            "sh",
            Image,
            "-c",
            "ls /usr/bin; ls /var/lib/containerd/io.containerd.content.v1.content/blobs/sha256 | wc -l",
        ]);
        if (
            !programs.Contains("kubelet", StringComparison.Ordinal)
            || int.Parse(programs.Trim().Split('\n')[^1], System.Globalization.CultureInfo.InvariantCulture) < 4
        )
            throw new BenchmarkException("the peer made an image without Kubernetes or without the tarball's images");
        MeasuredProgram.Run(["docker", "rmi", Image]);
        return run;
    }

    private static void WriteProgram(string file, string text)
    {
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, (UnixFileMode)0x1ed); // 0755
    }
}

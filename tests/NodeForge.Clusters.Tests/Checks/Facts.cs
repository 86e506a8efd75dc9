using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Preflight;
using NodeForge.Clusters.Preflight.Host;
using NodeForge.Engines;
using NodeForge.Engines.Images;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Clusters.Tests.Checks;

/// <summary>What a check is given: a machine where all is well, to be changed where a test wants it.</summary>
internal static class Facts
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>An engine on a host of Debian 12, as Docker 20.10 describes itself.</summary>
    public static EngineInformation Docker { get; } =
        new()
        {
            Name = "box",
            ServerVersion = "20.10.24",
            OSType = "linux",
            KernelVersion = "6.1.0-18-amd64",
            Architecture = "x86_64",
            Driver = "overlay2",
            CgroupVersion = "2",
            CgroupDriver = "systemd",
            DefaultRuntime = "runc",
            MemoryLimit = true,
            PidsLimit = true,
            CPUShares = true,
            SecurityOptions = ["name=seccomp,profile=default"],
            SystemTime = "2026-11-21T12:00:00.5Z",
            DockerRootDir = "/var/lib/docker",
        };

    public static MachineFacts Fine { get; } = With(Docker, Host("valid-cgroup-v2"));

    public static MachineFacts With(EngineInformation information, HostFacts? host = null) =>
        new()
        {
            Config = new() { Name = "lab" },
            Engine = new("unix:///run/docker.sock (default)", new Version(1, 41), information),
            Host = host,
            Elsewhere = host is null ? "the engine runs elsewhere, at tcp://lab:2376" : string.Empty,
            Time = (Now, Now.AddSeconds(1)),
        };

    public static MachineFacts WithoutEngine { get; } =
        Fine with
        {
            Engine = null,
            Unreachable = [new(ErrorCodes.EngineUnreachable, "no container engine answers")],
        };

    public static MachineFacts OfNodes(this MachineFacts facts, int count) =>
        facts with
        {
            Config = facts.Config with
            {
                Nodes =
                [
                    .. Enumerable
                        .Range(0, count)
                        .Select(index => new NodeConfig { Role = index == 0 ? NodeRole.ControlPlane : NodeRole.Worker }),
                ],
            },
        };

    public static MachineFacts WithImage(this MachineFacts facts, ImageDetails? details) =>
        facts with
        {
            Engine = facts.Engine! with { Images = [new("example/node:1", details)], NodeImage = new("example/node:1", details) },
        };

    /// <summary>A host out of the fixtures: the kernel's files below a folder.</summary>
    public static HostFacts Host(string fixture, params int[] ports) => HostFacts.Read(Folder(fixture), ports);

    public static string Folder(string fixture) =>
        Path.Combine(GoldenFile.Repository, "tests/NodeForge.Clusters.Tests/Fixtures/hosts", fixture);

    public static Diagnostic Only(this CheckResult judgement, ErrorCode code, Severity severity)
    {
        Diagnostic told = Assert.Single(judgement.Problems);
        Assert.Equal((code, severity), (told.Code, told.Severity));
        Assert.NotNull(told.Hint);
        return told;
    }

    public static void IsFine(this CheckResult judgement) =>
        Assert.True(
            judgement.WasLookedAt && judgement.Problems.Count == 0,
            string.Join('\n', judgement.Problems.Select(problem => problem.ToString()).Prepend(judgement.Finding))
        );
}

using NodeForge.Clusters.Preflight;
using NodeForge.Engines;

namespace NodeForge.Clusters.Tests.Checks;

public sealed class JudgingTheEngine
{
    [Fact]
    public void An_engine_is_told_with_its_version_and_where_it_is()
    {
        CheckResult judgement = new EngineCheck().Judge(Facts.Fine);
        judgement.IsFine();
        Assert.Equal("20.10.24, API 1.41, at unix:///run/docker.sock (default)", judgement.Finding);
    }

    [Fact]
    public void An_engine_that_does_not_answer_is_told_in_discovery_s_own_words()
    {
        Diagnostic told = Assert.Single(new EngineCheck().Judge(Facts.WithoutEngine).Problems);
        Assert.Equal(ErrorCodes.EngineUnreachable, told.Code);
    }

    [Fact]
    public void An_engine_for_windows_is_refused()
    {
        Diagnostic told = new EngineCheck()
            .Judge(Facts.With(Facts.Docker with { OSType = "windows" }))
            .Only(ErrorCodes.EngineNotLinux, Severity.Error);
        Assert.Equal(("windows", "linux"), (told.Got, told.Want));
    }

    [Theory]
    [InlineData("2", true, true, true, Severity.Warning, null)]
    [InlineData("1", true, true, true, Severity.Error, "cgroup v1")]
    [InlineData("2", false, true, true, Severity.Error, "none of cpu")]
    [InlineData("2", false, false, false, Severity.Error, "none of cpu, memory, pids")]
    public void An_engine_without_root_is_refused_for_what_it_lacks_and_warned_of_otherwise(
        string version,
        bool cpu,
        bool memory,
        bool pids,
        Severity severity,
        string? got
    )
    {
        EngineInformation said = Rootless with { CgroupVersion = version, CPUShares = cpu, MemoryLimit = memory, PidsLimit = pids };
        Assert.Equal(got, new RootlessCheck().Judge(Facts.With(said)).Only(ErrorCodes.EngineRootless, severity).Got);
    }

    [Theory]
    [InlineData("warning-NF9102-rootless", Severity.Warning, null)]
    [InlineData("invalid-NF9102-not-delegated", Severity.Error, "none of cpu")]
    public void What_systemd_hands_on_counts_where_the_engine_does_not_say(string fixture, Severity severity, string? got)
    {
        EngineInformation said = Rootless with { CPUShares = null, MemoryLimit = null, PidsLimit = null };
        Assert.Equal(got, new RootlessCheck().Judge(Facts.With(said, Facts.Host(fixture))).Only(ErrorCodes.EngineRootless, severity).Got);
    }

    [Fact]
    public void Podman_says_that_it_runs_without_root_in_a_word_of_its_own() =>
        Assert.Equal(
            "cgroup v1",
            new RootlessCheck()
                .Judge(Facts.With(Facts.Docker with { Rootless = true, CgroupVersion = "1" }))
                .Only(ErrorCodes.EngineRootless, Severity.Error)
                .Got
        );

    [Fact]
    public void An_engine_with_root_is_fine() => new RootlessCheck().Judge(Facts.Fine).IsFine();

    [Theory]
    [InlineData("x86_64", "amd64", true)]
    [InlineData("amd64", "amd64", true)]
    [InlineData("x86_64", "386", true)]
    [InlineData("aarch64", "arm64", true)]
    [InlineData("armv7l", "arm", true)]
    [InlineData("x86_64", "arm64", false)]
    [InlineData("aarch64", "amd64", false)]
    [InlineData("x86_64", "", true)]
    public void An_image_is_for_the_engine_s_machine_or_refused(string machine, string image, bool fine)
    {
        CheckResult judgement = new ArchitectureCheck().Judge(
            Facts.With(Facts.Docker with { Architecture = machine }).WithImage(new() { Os = "linux", Architecture = image })
        );
        if (fine)
            judgement.IsFine();
        else
            Assert.Equal("linux/" + image, judgement.Only(ErrorCodes.NodeImageInvalid, Severity.Error).Got);
    }

    [Fact]
    public void An_image_that_the_engine_lacks_is_told_with_how_to_load_it()
    {
        new ImageCheck().Judge(Facts.Fine.WithImage(new())).IsFine();
        Assert.False(new ImageCheck().Judge(Facts.Fine).WasLookedAt);
        Diagnostic told = new ImageCheck().Judge(Facts.Fine.WithImage(null)).Only(ErrorCodes.EngineObjectMissing, Severity.Error);
        Assert.Equal("load it: nodeforge build node-image RECIPE --output docker-daemon:example/node:1", told.Hint);
    }

    [Theory]
    [InlineData("overlay2")]
    [InlineData("overlayfs")]
    [InlineData("fuse-overlayfs")]
    public void Overlay_is_fine_under_its_names(string driver) =>
        new OverlayCheck().Judge(Facts.With(Facts.Docker with { Driver = driver })).IsFine();

    [Fact]
    public void Another_storage_driver_is_warned_of_and_a_kernel_without_overlay_named()
    {
        MachineFacts facts = Facts.With(Facts.Docker with { Driver = "vfs" }, Facts.Host("valid-cgroup-v2"));
        Assert.Equal("vfs", new OverlayCheck().Judge(facts).Only(ErrorCodes.OverlayMissing, Severity.Warning).Got);
        Diagnostic told = new OverlayCheck()
            .Judge(facts with { Host = facts.Host! with { FileSystems = ["proc", "ext4"] } })
            .Only(ErrorCodes.OverlayMissing, Severity.Warning);
        Assert.StartsWith("modprobe overlay", told.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_engine_these_are_not_looked_at()
    {
        Assert.All(
            new IMachineCheck[] { new RootlessCheck(), new ImageCheck(), new ArchitectureCheck(), new OverlayCheck() },
            check => Assert.False(check.Judge(Facts.WithoutEngine).WasLookedAt, check.Name)
        );
    }

    private static EngineInformation Rootless =>
        Facts.Docker with
        {
            SecurityOptions = ["name=seccomp,profile=default", "name=rootless", "name=cgroupns"],
        };
}

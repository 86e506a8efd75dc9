using NodeForge.Clusters.Preflight;
using NodeForge.Clusters.Preflight.Host;

namespace NodeForge.Clusters.Tests.Checks;

public sealed class JudgingTheKernel
{
    [Theory]
    [InlineData("valid-cgroup-v2")]
    [InlineData("valid-cgroup-v1")]
    [InlineData("valid-cgroup-v1-hybrid")]
    public void Each_layout_that_nodes_boot_on_is_fine(string fixture) =>
        new CgroupCheck().Judge(Facts.With(Facts.Docker, Facts.Host(fixture))).IsFine();

    [Theory]
    [InlineData("invalid-NF9103-memory-off", Severity.Error, "without memory")]
    [InlineData("invalid-NF9103-v2-without-memory", Severity.Error, "without memory")]
    [InlineData("invalid-NF9103-none", Severity.Error, null)]
    [InlineData("warning-NF9103-not-mounted", Severity.Warning, "not mounted: hugetlb")]
    [InlineData("warning-NF9103-without-cpuset", Severity.Warning, "cpu io memory hugetlb pids")]
    public void What_the_kubelet_would_miss_is_named(string fixture, Severity severity, string? got)
    {
        Assert.Equal(
            got,
            new CgroupCheck().Judge(Facts.With(Facts.Docker, Facts.Host(fixture))).Only(ErrorCodes.CgroupsUnusable, severity).Got
        );
    }

    [Fact]
    public void A_controller_that_is_off_is_mended_on_the_kernel_s_command_line()
    {
        Diagnostic told = Assert.Single(
            new CgroupCheck().Judge(Facts.With(Facts.Docker, Facts.Host("invalid-NF9103-memory-off"))).Problems
        );
        Assert.Contains("cgroup_enable=memory", told.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_an_engine_elsewhere_its_word_is_repeated_and_this_machine_is_not_looked_at()
    {
        CheckResult judgement = new CgroupCheck().Judge(Facts.With(Facts.Docker));
        Assert.False(judgement.WasLookedAt);
        Assert.Equal("v2, says the engine; its controllers are not seen: the engine runs elsewhere, at tcp://lab:2376", judgement.Finding);
        Assert.All(
            new IMachineCheck[] { new CapabilityCheck(), new InotifyCheck(), new DiskCheck() },
            check => Assert.Equal("the engine runs elsewhere, at tcp://lab:2376", check.Judge(Facts.With(Facts.Docker)).Finding)
        );
    }

    [Fact]
    public void Withheld_capabilities_are_a_warning_and_fine_where_the_engine_s_runtime_does_without()
    {
        HostFacts host = Facts.Host("valid-cgroup-v1-hybrid");
        Diagnostic told = new CapabilityCheck()
            .Judge(Facts.With(Facts.Docker, host))
            .Only(ErrorCodes.CapabilitiesWithheld, Severity.Warning);
        Assert.Equal("without CAP_SYS_RESOURCE", told.Got);
        new CapabilityCheck().Judge(Facts.With(Facts.Docker with { DefaultRuntime = "nodeforge" }, host)).IsFine();
        new CapabilityCheck().Judge(Facts.Fine).IsFine();
    }

    [Theory]
    [InlineData(1, 128, 8192, null, null)]
    [InlineData(2, 128, 8192, null, null)]
    [InlineData(3, 128, 524288, "max_user_instances", Severity.Warning)]
    [InlineData(12, 128, 524288, "max_user_instances", Severity.Error)]
    [InlineData(3, 1024, 8192, "max_user_watches", Severity.Warning)]
    [InlineData(3, 1024, 300, "max_user_watches", Severity.Error)]
    [InlineData(6, 1024, 524288, null, null)]
    public void Limits_on_inotify_are_held_against_the_number_of_nodes(
        int nodes,
        long instances,
        long watches,
        string? limit,
        Severity? severity
    )
    {
        MachineFacts facts = Facts.Fine with { Host = Facts.Fine.Host! with { InotifyInstances = instances, InotifyWatches = watches } };
        CheckResult judgement = new InotifyCheck().Judge(facts.OfNodes(nodes));
        if (limit is null)
        {
            judgement.IsFine();
            return;
        }

        Diagnostic told = judgement.Only(ErrorCodes.InotifyLimits, severity!.Value);
        Assert.Equal("/proc/sys/fs/inotify/" + limit, told.Where!.Resource);
        Assert.StartsWith($"sysctl -w fs.inotify.{limit}=", told.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_limits_are_told_at_once_with_values_that_suit()
    {
        MachineFacts facts = Facts.Fine with { Host = Facts.Fine.Host! with { InotifyInstances = 128, InotifyWatches = 8192 } };
        Assert.Equal(
            [
                "sysctl -w fs.inotify.max_user_instances=512; to keep it, write fs.inotify.max_user_instances = 512 into /etc/sysctl.d/99-nodeforge.conf",
                "sysctl -w fs.inotify.max_user_watches=524288; to keep it, write fs.inotify.max_user_watches = 524288 into /etc/sysctl.d/99-nodeforge.conf",
            ],
            new InotifyCheck().Judge(facts.OfNodes(3)).Problems.Select(problem => problem.Hint)
        );
        Assert.Contains("=860;", new InotifyCheck().Judge(facts.OfNodes(10)).Problems[0].Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2048, null)]
    [InlineData(1, 2047, Severity.Warning)]
    [InlineData(3, 2048, Severity.Warning)]
    [InlineData(1, 255, Severity.Error)]
    [InlineData(6, 1000, Severity.Error)]
    public void A_disk_is_held_against_the_number_of_nodes(int nodes, long mebibytes, Severity? severity)
    {
        MachineFacts facts = Facts.Fine with { Host = Facts.Fine.Host! with { Disk = new("/var/lib/docker", mebibytes << 20) } };
        CheckResult judgement = new DiskCheck().Judge(facts.OfNodes(nodes));
        if (severity is null)
            judgement.IsFine();
        else
            Assert.Equal("/var/lib/docker", judgement.Only(ErrorCodes.DiskTooSmall, severity.Value).Where!.Resource);
    }
}

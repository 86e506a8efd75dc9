using NodeForge.Clusters.Preflight;
using NodeForge.Clusters.Preflight.Host;

namespace NodeForge.Clusters.Tests.Checks;

public sealed class ReadingAHost
{
    [Fact]
    public void Every_file_that_the_checks_want_is_read()
    {
        HostFacts host = Facts.Host("valid-cgroup-v2");
        Assert.Equal(("box", "6.1.0-18-amd64", 8192L, 1048576L), (host.Name, host.Kernel, host.InotifyInstances, host.InotifyWatches));
        Assert.Contains("overlay", host.FileSystems!);
        Assert.Empty(host.Capabilities!.Withheld);
        Assert.Equal((2, false), (host.Cgroups!.Version, host.Cgroups.IsHybrid));
        Assert.Equal(["cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma", "misc"], host.Cgroups.Controllers);
    }

    [Fact]
    public void Routes_are_ranges_with_their_device_and_default_routes_are_none()
    {
        Assert.Equal(
            ["172.17.0.0/16 docker0", "192.168.1.0/24 eth0", "fd00:1234::/64 eth0"],
            Facts.Host("valid-cgroup-v2").Routes.Select(route => $"{route.Range} {route.Device}")
        );
    }

    [Fact]
    public void Capabilities_that_are_withheld_have_their_names()
    {
        Assert.Equal(["CAP_SYS_RESOURCE"], Facts.Host("valid-cgroup-v1-hybrid").Capabilities!.Withheld);
        // Linux 3.10 has no more than these.
        Assert.Empty(Facts.Host("valid-cgroup-v1").Capabilities!.Withheld);
        Assert.Equal(["CAP_CHOWN", "CAP_41"], new BoundingSet(0x1fffffffffe, 41).Withheld);
    }

    [Theory]
    [InlineData("valid-cgroup-v1", 1, false)]
    [InlineData("valid-cgroup-v1-hybrid", 1, true)]
    [InlineData("invalid-NF9103-none", 0, false)]
    public void Version_1_is_told_from_what_is_mounted(string fixture, int version, bool hybrid)
    {
        CgroupLayout layout = Facts.Host(fixture).Cgroups!;
        Assert.Equal((version, hybrid), (layout.Version, layout.IsHybrid));
        if (version == 1)
            Assert.Equal(12, layout.Controllers.Intersect(layout.Mounted).Count());
    }

    [Fact]
    public void What_systemd_hands_on_to_a_user_is_read_and_absent_where_there_is_no_such_service()
    {
        Assert.Equal(["memory", "pids"], Facts.Host("invalid-NF9102-not-delegated").Cgroups!.Delegated);
        Assert.Null(Facts.Host("valid-cgroup-v2").Cgroups!.Delegated);
    }

    [Fact]
    public void A_machine_that_shows_nothing_is_no_failure()
    {
        string empty = Directory.CreateTempSubdirectory("nf-host-").FullName;
        HostFacts host = HostFacts.Read(empty, [80]);
        Assert.Null(host.Cgroups);
        Assert.Null(host.Capabilities);
        Assert.Null(host.InotifyInstances);
        Assert.Empty(host.Listeners);
        MachineFacts facts = Facts.Fine with { Host = host };
        Assert.All(
            new IMachineCheck[] { new CgroupCheck(), new CapabilityCheck(), new InotifyCheck(), new DiskCheck() },
            check => Assert.False(check.Judge(facts).WasLookedAt, check.Name)
        );
        Directory.Delete(empty);
    }

    [Fact]
    public void A_disk_is_measured_where_its_folder_can_be_seen()
    {
        Assert.True(DiskSpace.Of(Path.GetTempPath())!.Free > 0);
        Assert.Null(DiskSpace.Of("/nonexistent/docker"));
        Assert.Null(DiskSpace.Of(""));
    }
}

using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;
using NodeForge.Engines.Networks;

namespace NodeForge.Clusters.Tests.Checks;

public sealed class JudgingRangesAndTime
{
    [Fact]
    public void The_default_ranges_are_fine_and_told_with_the_nodes_own()
    {
        CheckResult judgement = new SubnetCheck().Judge(Facts.Fine);
        judgement.IsFine();
        Assert.StartsWith("podSubnet 10.244.0.0/16, serviceSubnet 10.96.0.0/16, nodes 10.2", judgement.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void Pods_and_services_that_share_addresses_are_refused()
    {
        Diagnostic told = new SubnetCheck()
            .Judge(Wants("10.96.128.0/17", "10.96.0.0/16"))
            .Only(ErrorCodes.ClusterFileConflict, Severity.Error);
        Assert.Equal("podSubnet 10.96.128.0/17, serviceSubnet 10.96.0.0/16", told.Got);
    }

    [Fact]
    public void What_a_patch_makes_of_a_range_is_judged()
    {
        MachineFacts facts = Facts.Fine with
        {
            Config = new() { Patches = new() { Merges = ["kind: ClusterConfiguration\nnetworking: {podSubnet: 10.96.128.0/17}"] } },
        };
        Assert.Equal(
            "podSubnet 10.96.128.0/17, serviceSubnet 10.96.0.0/16",
            new SubnetCheck().Judge(facts).Only(ErrorCodes.ClusterFileConflict, Severity.Error).Got
        );
        MachineFacts wrong = Facts.Fine with
        {
            Config = new() { Patches = new() { Merges = ["kind: ClusterConfiguration\nnetworking: {serviceSubnet: 10.96.0.0}"] } },
        };
        Assert.Equal("10.96.0.0", new SubnetCheck().Judge(wrong).Only(ErrorCodes.ClusterFileValue, Severity.Error).Got);
    }

    [Theory]
    [InlineData("podSubnet", "10.192.0.0/11")]
    [InlineData("serviceSubnet", "10.192.0.0/11")]
    public void Nodes_keep_out_of_what_a_patch_gives_to_pods_and_services(string key, string range) =>
        new SubnetCheck().Judge(Patched($"{key}: {range}") with { Host = null }).Only(ErrorCodes.ClusterSubnetMissing, Severity.Error);

    [Theory]
    [InlineData("serviceSubnet: 'fd00:1::/112'")]
    [InlineData("serviceSubnet: 'fd00:1::/112,10.96.0.0/16'")]
    public void Services_of_another_family_than_the_nodes_are_refused(string patch) =>
        Assert.StartsWith(
            "fd00:1::/112",
            new SubnetCheck().Judge(Patched(patch)).Only(ErrorCodes.ClusterFileConflict, Severity.Error).Got,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("serviceSubnet: 10.96.0.0/29", "10.96.0.0/29", "a range of /28 or larger")]
    [InlineData("serviceSubnet: 10.96.0.1/32", "10.96.0.1/32", "a range of /28 or larger")]
    [InlineData("podSubnet: 10.0.0.0/25", "10.0.0.0/25", "a range of /24 or larger: each node gets a /24")]
    [InlineData("podSubnet: 16.0.0.0/7", "16.0.0.0/7", "a range of /8 or smaller")]
    public void Ranges_of_a_size_that_Kubernetes_does_not_take_are_refused(string patch, string got, string want)
    {
        Diagnostic told = new SubnetCheck().Judge(Patched(patch)).Only(ErrorCodes.ClusterFileValue, Severity.Error);
        Assert.Equal((got, want), (told.Got, told.Want));
    }

    [Fact]
    public void Each_node_has_a_part_of_the_pods_range_as_large_as_the_controllers_are_told()
    {
        MachineFacts three = Wants(new() { PodSubnet = "10.0.0.0/24" });
        three = three with
        {
            Config = three.Config with { Nodes = [new(), new() { Role = NodeRole.Worker }, new() { Role = NodeRole.Worker }] },
        };
        Diagnostic told = new SubnetCheck().Judge(three).Only(ErrorCodes.ClusterFileValue, Severity.Error);
        Assert.Equal(
            ("podSubnet has no part for each of 3 nodes", "a range of /22 or larger: each node gets a /24"),
            (told.What, told.Want)
        );
        foreach (
            string arguments in (string[])["node-cidr-mask-size: '26'", "node-cidr-mask-size-ipv4: '26'", "allocate-node-cidrs: 'false'"]
        )
            new SubnetCheck()
                .Judge(
                    three with
                    {
                        Config = three.Config with
                        {
                            Patches = new() { Merges = [$"kind: ClusterConfiguration\ncontrollerManager: {{extraArgs: {{{arguments}}}}}"] },
                        },
                    }
                )
                .IsFine();
        Assert.Equal(
            "a range of /124 or larger",
            new SubnetCheck()
                .Judge(Wants(new() { Family = IPFamily.IPv6, ServiceSubnet = "fd00:10:96::/126" }))
                .Only(ErrorCodes.ClusterFileValue, Severity.Error)
                .Want
        );
    }

    [Fact]
    public void A_patch_that_fits_no_version_of_kubeadm_is_told_before_anything_is_made()
    {
        MachineFacts facts = Facts.Fine with
        {
            Config = new()
            {
                Patches = new()
                {
                    JsonPatches = [new("", "", "ClusterConfiguration", """[{"op":"test","path":"/clusterName","value":"other"}]""")],
                },
            },
        };
        Diagnostic told = new SubnetCheck().Judge(facts).Only(ErrorCodes.ClusterFileValue, Severity.Error);
        Assert.Equal("the test of /clusterName fails", told.Got);
    }

    private static MachineFacts Patched(string networking) =>
        Facts.Fine with
        {
            Config = Facts.Fine.Config with { Patches = new() { Merges = [$"kind: ClusterConfiguration\nnetworking: {{{networking}}}"] } },
        };

    [Fact]
    public void Ranges_of_both_families_are_told_with_the_nodes_own_and_judged_each()
    {
        CheckResult fine = new SubnetCheck().Judge(Wants(new() { Family = IPFamily.Dual }));
        fine.IsFine();
        Assert.Matches(
            "^podSubnet 10.244.0.0/16, podSubnet fd00:10:244::/56, serviceSubnet 10.96.0.0/16, serviceSubnet fd00:10:96::/112, nodes 10[.]2[^ ]* and fd[^ ]*/64$",
            fine.Finding
        );
        Diagnostic told = new SubnetCheck()
            .Judge(Wants(new() { Family = IPFamily.Dual, PodSubnet = "10.244.0.0/16,fd00:10:96::/56" }))
            .Only(ErrorCodes.ClusterFileConflict, Severity.Error);
        Assert.EndsWith(
            "by default they are 10.244.0.0/16,fd00:10:244::/56 and 10.96.0.0/16,fd00:10:96::/112",
            told.Hint,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "fd00:1234::/56 meets fd00:1234::/64, where this machine's eth0 leads",
            new SubnetCheck()
                .Judge(Wants(new() { Family = IPFamily.IPv6, PodSubnet = "fd00:1234::/56" }))
                .Only(ErrorCodes.SubnetHidesOther, Severity.Warning)
                .Got
        );
    }

    [Fact]
    public void A_kernel_without_IPv6_is_refused_for_clusters_that_want_it()
    {
        MachineFacts facts = Wants(new() { Family = IPFamily.IPv6 });
        Assert.Equal(
            "/proc/net/ipv6_route",
            new SubnetCheck()
                .Judge(facts with { Host = facts.Host! with { HasIPv6 = false } })
                .Only(ErrorCodes.IPv6Missing, Severity.Error)
                .Where!.Resource
        );
        new SubnetCheck().Judge(facts with { Host = facts.Host! with { HasIPv6 = null } }).IsFine();
        new SubnetCheck().Judge(Facts.Fine with { Host = facts.Host! with { HasIPv6 = false } }).IsFine();
        Assert.True(Facts.Host("valid-cgroup-v2").HasIPv6);
    }

    [Fact]
    public void A_range_that_hides_a_route_or_another_network_is_a_warning_for_each_told_once()
    {
        MachineFacts facts = Wants("172.17.128.0/20", "192.168.0.0/16");
        facts = facts with
        {
            Engine = facts.Engine! with { Networks = [Network("bridge", "172.17.0.0/16"), Network("kind", "172.18.0.0/16")] },
        };
        Assert.Equal(
            [
                "172.17.128.0/20 meets 172.17.0.0/16, the engine's network bridge",
                "192.168.0.0/16 meets 192.168.1.0/24, where this machine's eth0 leads",
            ],
            new SubnetCheck()
                .Judge(facts)
                .Problems.Select(problem => (problem.Code, problem.Severity, problem.Got))
                .Where(told => told is { Severity: Severity.Warning } && told.Code == ErrorCodes.SubnetHidesOther)
                .Select(told => told.Got)
        );
    }

    [Fact]
    public void No_free_range_for_the_nodes_is_told_before_anything_is_made()
    {
        MachineFacts facts = Facts.Fine with { Engine = Facts.Fine.Engine! with { Networks = [Network("corporate", "10.192.0.0/11")] } };
        new SubnetCheck().Judge(facts).Only(ErrorCodes.ClusterSubnetMissing, Severity.Error);
    }

    [Fact]
    public void Without_an_engine_what_the_file_says_is_judged_all_the_same()
    {
        Assert.False(new SubnetCheck().Judge(Facts.WithoutEngine).WasLookedAt);
        new SubnetCheck()
            .Judge(Wants("10.96.0.0/17", "10.96.0.0/16") with { Engine = null })
            .Only(ErrorCodes.ClusterFileConflict, Severity.Error);
    }

    [Theory]
    [InlineData("2026-11-21T12:00:00.5Z", null)]
    [InlineData("2026-11-21T13:00:00.5+01:00", null)]
    [InlineData("2026-11-21T12:00:06Z", null)]
    [InlineData("2026-11-21T12:00:07Z", Severity.Warning)]
    [InlineData("2026-11-21T11:59:50Z", Severity.Warning)]
    [InlineData("2026-11-21T10:59:00Z", Severity.Error)]
    [InlineData("2027-11-21T12:00:00Z", Severity.Warning)]
    [InlineData("yesterday", null)]
    [InlineData("", null)]
    public void The_engine_s_clock_may_differ_by_what_certificates_forgive(string engine, Severity? severity)
    {
        CheckResult judgement = new ClockCheck().Judge(Facts.With(Facts.Docker with { SystemTime = engine }));
        if (severity is null)
            judgement.IsFine();
        else
            judgement.Only(ErrorCodes.ClockWrong, severity.Value);
    }

    [Theory]
    [InlineData("2026-11-19T02:12:54Z", null)]
    [InlineData("2026-12-01T00:00:00Z", Severity.Warning)]
    [InlineData("2027-11-21T11:00:00Z", Severity.Warning)]
    [InlineData("2028-01-01T00:00:00Z", Severity.Error)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void An_image_of_the_future_says_that_this_machine_s_clock_is_behind(string? created, Severity? severity)
    {
        CheckResult judgement = new ClockCheck().Judge(Facts.Fine.WithImage(new() { Created = created }));
        if (severity is null)
            judgement.IsFine();
        else
            Assert.Equal("example/node:1", judgement.Only(ErrorCodes.ClockWrong, severity.Value).Where!.Resource);
    }

    [Fact]
    public void A_machine_that_wakes_up_in_1970_is_refused_without_anything_to_compare_with()
    {
        MachineFacts facts = Facts.WithoutEngine with { Time = (DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch) };
        Assert.Equal("1970-01-01 00:00:00Z", new ClockCheck().Judge(facts).Only(ErrorCodes.ClockWrong, Severity.Error).Got);
    }

    [Theory]
    [InlineData("", "none", 0)]
    [InlineData("HTTP_PROXY=http://proxy:3128 NO_PROXY=*", "HTTP_PROXY=http://proxy:3128", 0)]
    [InlineData("https_proxy=proxy:3128 no_proxy=localhost,10.0.0.0/8", "HTTPS_PROXY=proxy:3128", 0)]
    [InlineData("HTTP_PROXY=http://me:secret@proxy:3128 NO_PROXY=10.0.0.0/8", "HTTP_PROXY=http://***@proxy:3128", 0)]
    [InlineData("HTTP_PROXY=http://proxy:3128", "HTTP_PROXY=http://proxy:3128", 1)]
    [InlineData("HTTP_PROXY=http://127.0.0.1:3128", "HTTP_PROXY=http://127.0.0.1:3128", 2)]
    [InlineData("HTTPS_PROXY=localhost:3128 NO_PROXY=*", "HTTPS_PROXY=localhost:3128", 1)]
    public void Proxies_are_read_in_both_spellings_and_told_without_their_passwords(string environment, string finding, int warnings)
    {
        CheckResult judgement = Proxied(environment);
        Assert.Equal(finding, judgement.Finding);
        Assert.Equal(warnings, judgement.Problems.Count);
        Assert.All(
            judgement.Problems,
            problem => Assert.Equal((ErrorCodes.ProxyUnsuitable, Severity.Warning), (problem.Code, problem.Severity))
        );
    }

    [Fact]
    public void What_NO_PROXY_lacks_is_told_as_the_whole_value_to_set()
    {
        Diagnostic told = Proxied("HTTP_PROXY=http://proxy:3128 NO_PROXY=localhost,.example.com,10.96.0.0/12")
            .Only(ErrorCodes.ProxyUnsuitable, Severity.Warning);
        Assert.Equal(
            "export NO_PROXY=localhost,.example.com,10.96.0.0/12,10.244.0.0/16,10.200.0.0/13,10.208.0.0/13,10.216.0.0/13",
            told.Hint
        );
        Proxied(told.Hint!.Replace("export ", "HTTP_PROXY=http://proxy:3128 ", StringComparison.Ordinal)).IsFine();
    }

    [Fact]
    public void What_a_patch_gives_to_services_is_to_be_left_out_of_proxies_too() =>
        Assert.Contains(
            ",10.11.0.0/16,",
            Proxied("HTTP_PROXY=http://proxy:3128 NO_PROXY=localhost", Patched("serviceSubnet: 10.11.0.0/16"))
                .Only(ErrorCodes.ProxyUnsuitable, Severity.Warning)
                .Hint,
            StringComparison.Ordinal
        );

    private static CheckResult Proxied(string environment, MachineFacts? facts = null) =>
        new ProxyCheck().Judge(
            (facts ?? Facts.Fine) with
            {
                Proxies = ProxySettings.Of(name =>
                    environment
                        .Split(' ')
                        .Select(pair => pair.Split('=', 2))
                        .Where(pair => pair[0] == name)
                        .Select(pair => pair[^1])
                        .FirstOrDefault()
                ),
            }
        );

    private static MachineFacts Wants(string pods, string services) => Wants(new() { PodSubnet = pods, ServiceSubnet = services });

    private static MachineFacts Wants(NetworkingConfig networking) =>
        Facts.Fine with
        {
            Config = Facts.Fine.Config with { Networking = networking },
        };

    private static NetworkDetails Network(string name, string range) =>
        new()
        {
            Id = name,
            Name = name,
            IPAM = new() { Config = [new() { Subnet = range }] },
        };
}

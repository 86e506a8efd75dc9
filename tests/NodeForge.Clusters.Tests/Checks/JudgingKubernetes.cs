using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;
using NodeForge.Engines.Images;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Tests.Checks;

public sealed class JudgingKubernetes
{
    [Fact]
    public void A_release_that_fits_its_host_is_told_with_its_version()
    {
        CheckResult judgement = Judge(Facts.Fine, Node("v1.36.2", containerd: "2.1.9", systemd: "257.8-1"));
        judgement.IsFine();
        Assert.Equal("v1.36.2", judgement.Finding);
    }

    [Fact]
    public void An_image_that_says_nothing_is_not_judged() => Assert.False(Judge(Facts.Fine, new ImageDetails()).WasLookedAt);

    [Theory]
    [InlineData("v1.19.16", Severity.Error)]
    [InlineData("v1.38.0", Severity.Warning)]
    public void A_release_that_the_table_does_not_know_is_refused_when_it_is_older_and_warned_of_when_it_is_newer(
        string version,
        Severity severity
    ) => Assert.Equal(version, Judge(Facts.Fine, Node(version)).Only(ErrorCodes.KubernetesUnsupported, severity).Got);

    [Theory]
    [InlineData("v1.37.0", "1.7.24~ds1-6", false)]
    [InlineData("v1.37.0", "1.6.20~ds1-1+deb12u1", false)]
    [InlineData("v1.37.0", "v2.3.4", true)]
    [InlineData("v1.37.0", null, true)]
    [InlineData("v1.36.2", "1.6.20~ds1-1+deb12u1", true)]
    public void The_kubelet_of_1_37_needs_containerd_2(string version, string? containerd, bool fits)
    {
        CheckResult judgement = Judge(Facts.Fine, Node(version, containerd));
        if (fits)
            judgement.IsFine();
        else
            Assert.Equal($"containerd {containerd}", judgement.Only(ErrorCodes.KubernetesUnsupported, Severity.Error).Got);
    }

    [Theory]
    [InlineData("v1.34.9", "252.38-1~deb12u1", null)]
    [InlineData("v1.35.6", "252.38-1~deb12u1", Severity.Warning)]
    [InlineData("v1.34.9", "257.8-1~deb13u2", Severity.Error)]
    public void A_host_of_cgroup_v1_is_warned_of_where_the_kubelet_has_given_it_up_and_refused_where_systemd_has(
        string version,
        string systemd,
        Severity? severity
    )
    {
        CheckResult judgement = Judge(Facts.With(Facts.Docker with { CgroupVersion = "1" }), Node(version, systemd: systemd));
        if (severity is null)
            judgement.IsFine();
        else
            judgement.Only(ErrorCodes.KubernetesUnsupported, severity.Value);
    }

    [Theory]
    [InlineData("v1.36.2", "v1.36.2", true)]
    [InlineData("v1.36.2", "v1.33.13", true)]
    [InlineData("v1.36.2", "v1.32.13", false)]
    [InlineData("v1.27.1", "v1.24.9", false)]
    [InlineData("v1.35.6", "v1.36.2", false)]
    public void A_worker_is_at_most_as_new_as_its_API_server_and_not_much_older(string plane, string worker, bool fits)
    {
        MachineFacts facts = Facts.Fine with
        {
            Config = new()
            {
                Name = "lab",
                Nodes = [new() { Role = NodeRole.ControlPlane, Image = "plane" }, new() { Role = NodeRole.Worker, Image = "worker" }],
            },
            Engine = Facts.Fine.Engine! with { Images = [new("plane", Node(plane)), new("worker", Node(worker))] },
        };
        CheckResult judgement = new KubernetesCheck().Judge(facts);
        if (fits)
            judgement.IsFine();
        else
            Assert.Equal($"{worker} for {plane}", judgement.Only(ErrorCodes.KubernetesUnsupported, Severity.Error).Got);
    }

    [Fact]
    public void A_node_that_names_no_image_has_the_cluster_s_and_not_another_node_s()
    {
        MachineFacts facts = Facts.Fine with
        {
            Config = new()
            {
                Name = "lab",
                Nodes = [new() { Role = NodeRole.ControlPlane }, new() { Role = NodeRole.Worker, Image = "worker" }],
            },
            Engine = Facts.Fine.Engine! with { Images = [new("worker", Node("v1.30.1"))] },
        };
        new KubernetesCheck().Judge(facts).IsFine();
        facts = facts with
        {
            Engine = facts.Engine! with
            {
                Images = [new("worker", Node("v1.36.2")), new("cluster", Node("v1.35.6"))],
                NodeImage = new("cluster", Node("v1.35.6")),
            },
        };
        Assert.Equal("v1.36.2 for v1.35.6", new KubernetesCheck().Judge(facts).Only(ErrorCodes.KubernetesUnsupported, Severity.Error).Got);
    }

    [Fact]
    public void Control_planes_two_minor_versions_apart_are_refused()
    {
        MachineFacts facts = Facts.Fine with
        {
            Config = new()
            {
                Name = "lab",
                Nodes = [new() { Role = NodeRole.ControlPlane, Image = "new" }, new() { Role = NodeRole.ControlPlane, Image = "old" }],
            },
            Engine = Facts.Fine.Engine! with { Images = [new("new", Node("v1.36.2")), new("old", Node("v1.34.9"))] },
        };
        Assert.Equal("v1.36.2", new KubernetesCheck().Judge(facts).Only(ErrorCodes.KubernetesUnsupported, Severity.Error).Got);
    }

    private static CheckResult Judge(MachineFacts facts, ImageDetails image) => new KubernetesCheck().Judge(facts.WithImage(image));

    private static ImageDetails Node(string version, string? containerd = null, string? systemd = null)
    {
        Dictionary<string, string> labels = new() { [NodeImageLabels.Kubernetes] = version };
        if (containerd is not null)
            labels[NodeImageLabels.Containerd] = containerd;
        if (systemd is not null)
            labels[NodeImageLabels.Systemd] = systemd;
        return new()
        {
            Architecture = "amd64",
            Os = "linux",
            Config = new() { Labels = labels },
        };
    }
}

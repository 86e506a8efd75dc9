using NodeForge.Kubernetes.Booted;
using NodeForge.Verification.Boot;

namespace NodeForge.Verification.Tests;

/// <summary>What a booted node says and sends is judged: each thing that is wrong by a code of its own that names the culprit.</summary>
public sealed class Booting_an_image
{
    private const string Pause = "registry.k8s.io/pause:3.10";

    private static readonly VerificationReport Report = new("sample", Oci.Platform.LinuxAmd64, null, null, [])
    {
        KubernetesVersion = "v1.31.1",
        Closure =
        [
            new(Pause, ["kubeadm"], ClosureState.Complete, null, 1),
            new("registry.k8s.io/coredns/coredns:v1.11.3", ["kubeadm"], ClosureState.Optional, null, 0),
        ],
    };

    private static readonly BootedNode Sound = new("trial-control-plane", "running")
    {
        Units = new Dictionary<string, string> { ["containerd.service"] = "active", ["kubelet.service"] = "active" },
        KubeletHealth = "ok",
        IsReady = true,
        Images = [new(Pause, IsManaged: true, IsPinned: true)],
        Pods = [new("kube-system/etcd", "Running", "")],
        IsHeard = true,
        Sent = [new("trial-control-plane", IsName: true, 3), new("kubernetes.default.svc.cluster.local", IsName: true, 1)],
    };

    [Fact]
    public void A_node_that_is_well_and_asks_nobody_passes()
    {
        VerificationReport report = Report.With(Sound);
        Assert.Empty(report.Findings);
        Assert.Equal(5, report.Checks.Count(check => check is { Group: "boot", Verdict: CheckVerdict.Passed }));
    }

    [Fact]
    public void Units_that_failed_or_do_not_run_are_named()
    {
        FailsWith(Sound with { SystemState = "degraded", FailedUnits = ["extra.service"] }, ErrorCodes.BootedUnitFailed, "extra.service");
        FailsWith(
            Sound with
            {
                Units = new Dictionary<string, string> { ["kubelet.service"] = "inactive" },
            },
            ErrorCodes.BootedUnitFailed,
            "kubelet.service"
        );
        FailsWith(Sound with { SystemState = "starting" }, ErrorCodes.BootedUnitFailed, "starting");
        FailsWith(Sound with { KubeletHealth = "" }, ErrorCodes.BootedUnitFailed, "healthz");
        FailsWith(Sound with { IsReady = false }, ErrorCodes.NodeNotBooted, "not Ready");
    }

    [Fact]
    public void Images_that_the_CRI_does_not_list_or_may_collect_are_named()
    {
        FailsWith(Sound with { Images = [] }, ErrorCodes.RuntimeImageMissing, Pause);
        FailsWith(Sound with { Images = [new(Pause, IsManaged: false, IsPinned: true)] }, ErrorCodes.RuntimeImageMissing, Pause);
        FailsWith(Sound with { Images = [new(Pause, IsManaged: true, IsPinned: false)] }, ErrorCodes.RuntimeImageUnpinned, Pause);
    }

    [Fact]
    public void Pods_that_do_not_run_are_named() =>
        FailsWith(
            Sound with
            {
                Pods = [new("kube-system/cni", "Pending", "ErrImagePull")],
                Unsettled = ["kube-system/cni"],
            },
            ErrorCodes.BootedPodFailed,
            "ErrImagePull"
        );

    [Fact]
    public void Workloads_that_are_not_whole_are_named() =>
        FailsWith(Sound with { Unsettled = ["kube-system/kube-proxy"] }, ErrorCodes.BootedPodFailed, "kube-system/kube-proxy");

    [Fact]
    public void Whatever_the_node_wants_outside_is_named_and_counted()
    {
        FailsWith(Sound with { Sent = [new("registry.k8s.io", IsName: true, 4)] }, ErrorCodes.NodeReachesOut, "registry.k8s.io, 4 times");
        FailsWith(
            Sound with
            {
                Sent = [new("udp 203.0.113.9 port 123", IsName: false, 2)],
            },
            ErrorCodes.NodeReachesOut,
            "203.0.113.9 port 123, 2 times"
        );
        FailsWith(Sound with { IsHeard = false }, ErrorCodes.NodeNotHeard, "nobody listened");
    }

    [Fact]
    public void A_cluster_that_does_not_come_up_is_told_with_its_cause_and_with_what_it_wanted()
    {
        Diagnostic cause = new(ErrorCodes.ApiServerTimeout, "the API server does not answer") { Where = new("there"), Hint = "look" };
        VerificationReport report = Report.With(
            new BootedNode("trial", "")
            {
                Failures = [cause],
                IsHeard = true,
                Sent = [new("registry.k8s.io", IsName: true, 9)],
            }
        );
        Assert.False(report.IsSound);
        Assert.Equal([ErrorCodes.NodeNotBooted, ErrorCodes.NodeReachesOut], report.Findings.Select(finding => finding.Code));
        Assert.Equal((cause.What, cause.Hint), (report.Findings.First().What, report.Findings.First().Hint));
    }

    [Fact]
    public void What_this_machine_cannot_run_is_not_tried()
    {
        VerificationReport report = Report.NotBooted();
        Assert.True(report.IsSound);
        Assert.Equal(CheckVerdict.Skipped, Assert.Single(report.Checks).Verdict);
    }

    private static void FailsWith(BootedNode node, ErrorCode code, string culprit)
    {
        VerificationReport report = Report.With(node);
        Diagnostic finding = Assert.Single(report.Findings);
        Assert.False(report.IsSound);
        Assert.Equal(code, finding.Code);
        Assert.Contains(culprit, finding.ToString(), StringComparison.Ordinal);
        Assert.NotNull(finding.Hint);
    }
}

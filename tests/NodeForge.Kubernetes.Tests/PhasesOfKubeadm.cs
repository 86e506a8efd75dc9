using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Kubernetes.Tests;

public sealed class PhasesOfKubeadm
{
    public static TheoryData<string> Minors =>
        [.. Enumerable.Range(Changes.OldestMinor, Changes.NewestMinor - Changes.OldestMinor + 1).Select(minor => $"v1.{minor}.0")];

    [Theory]
    [MemberData(nameof(Minors))]
    public void What_is_skipped_and_what_runs_are_all_phases_of_the_version(string text)
    {
        KubernetesVersion version = KubernetesVersion.Parse(text);
        AssertWhole(KubeadmPhases.Init, version, "certs", "control-plane/apiserver");
        AssertWhole(KubeadmPhases.Join, version, "control-plane-prepare/certs", "kubelet-start");
    }

    [Theory]
    [MemberData(nameof(Minors))]
    public void No_phase_runs_while_one_that_it_depends_on_is_skipped(string text)
    {
        KubernetesVersion version = KubernetesVersion.Parse(text);
        foreach (string phase in KubeadmPhases.Init.Of(version).Where(phase => !phase.Contains('/', StringComparison.Ordinal)))
        {
            bool depends = KubeadmPhases.Init.Dependencies(version).ContainsKey(phase);
            if (depends)
                Assert.Throws<ArgumentException>(() => KubeadmPhases.Init.SkippedWhenRunning(version, phase));
            else
                Assert.DoesNotContain(phase, KubeadmPhases.Init.SkippedWhenRunning(version, phase));
        }
    }

    [Fact]
    public void The_join_command_is_a_phase_since_1_26_and_its_name_an_error_before()
    {
        Assert.DoesNotContain("show-join-command", KubeadmPhases.Init.SkippedWhenRunning(KubernetesVersion.Parse("v1.25.9"), "certs"));
        Assert.Contains("show-join-command", KubeadmPhases.Init.SkippedWhenRunning(KubernetesVersion.Parse("v1.26.0"), "certs"));
        Assert.Contains("show-join-command", KubeadmPhases.Init.SkippedWhenRunning(KubernetesVersion.Parse("v1.36.2"), "certs"));
    }

    [Theory]
    [InlineData("v1.30.9", "preflight,control-plane-prepare,check-etcd,control-plane-join")]
    [InlineData("v1.31.14", "preflight,control-plane-prepare,check-etcd,etcd-join,control-plane-join,wait-control-plane")]
    public void A_phase_that_a_version_does_not_have_is_neither_run_nor_skipped(string version, string skipped) =>
        Assert.Equal(
            skipped,
            string.Join(
                ',',
                KubeadmPhases.Join.SkippedWhenRunning(KubernetesVersion.Parse(version), "kubelet-start", "kubelet-wait-bootstrap")
            )
        );

    [Fact]
    public void The_other_parts_of_a_phase_are_skipped_by_name()
    {
        IReadOnlyList<string> skipped = KubeadmPhases.Init.SkippedWhenRunning(
            KubernetesVersion.Parse("v1.36.2"),
            "control-plane/scheduler",
            "addon/coredns"
        );

        Assert.Contains("control-plane/apiserver", skipped);
        Assert.Contains("control-plane/controller-manager", skipped);
        Assert.Contains("addon/kube-proxy", skipped);
        Assert.DoesNotContain("control-plane", skipped);
    }

    [Fact]
    public void A_name_that_is_no_phase_is_refused() =>
        Assert.Throws<ArgumentException>(() => KubeadmPhases.Init.SkippedWhenRunning(KubernetesVersion.Parse("v1.36.2"), "no-such"));

    private static void AssertWhole(KubeadmPhases phases, KubernetesVersion version, params string[] run)
    {
        IReadOnlyList<string> skipped = phases.SkippedWhenRunning(version, run);

        Assert.All(skipped, phase => Assert.Contains(phase, phases.Of(version)));
        string[] whole = [.. phases.Of(version).Where(phase => !phase.Contains('/', StringComparison.Ordinal))];
        Assert.Equal(whole.Order(), skipped.Concat(run).Select(phase => phase.Split('/')[0]).Distinct().Order());
    }
}

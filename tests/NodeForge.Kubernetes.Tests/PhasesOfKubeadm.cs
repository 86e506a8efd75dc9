using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Kubernetes.Tests;

public sealed class PhasesOfKubeadm
{
    public static TheoryData<string> Minors => [.. Enumerable.Range(Changes.OldestMinor, Changes.NewestMinor - Changes.OldestMinor + 1).Select(minor => $"v1.{minor}.0")];

    [Theory]
    [MemberData(nameof(Minors))]
    public void What_is_skipped_and_what_runs_are_all_phases_of_the_version(string text)
    {
        KubernetesVersion version = KubernetesVersion.Parse(text);
        string[] run = ["certs", "control-plane/apiserver"];

        IReadOnlyList<string> skipped = KubeadmPhases.SkippedWhenRunning(version, run);

        Assert.All(skipped, phase => Assert.Contains(phase, KubeadmPhases.OfInit(version)));
        string[] whole = [.. KubeadmPhases.OfInit(version).Where(phase => !phase.Contains('/', StringComparison.Ordinal))];
        Assert.Equal(whole.Order(), skipped.Concat(run).Select(phase => phase.Split('/')[0]).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Minors))]
    public void No_phase_runs_while_one_that_it_depends_on_is_skipped(string text)
    {
        KubernetesVersion version = KubernetesVersion.Parse(text);
        foreach (string phase in KubeadmPhases.OfInit(version).Where(phase => !phase.Contains('/', StringComparison.Ordinal)))
        {
            bool depends = KubeadmPhases.DependenciesOfInit(version).ContainsKey(phase);
            if (depends)
                Assert.Throws<ArgumentException>(() => KubeadmPhases.SkippedWhenRunning(version, phase));
            else
                Assert.DoesNotContain(phase, KubeadmPhases.SkippedWhenRunning(version, phase));
        }
    }

    [Fact]
    public void The_join_command_is_a_phase_since_1_26_and_its_name_an_error_before()
    {
        Assert.DoesNotContain("show-join-command", KubeadmPhases.SkippedWhenRunning(KubernetesVersion.Parse("v1.25.9"), "certs"));
        Assert.Contains("show-join-command", KubeadmPhases.SkippedWhenRunning(KubernetesVersion.Parse("v1.26.0"), "certs"));
        Assert.Contains("show-join-command", KubeadmPhases.SkippedWhenRunning(KubernetesVersion.Parse("v1.36.2"), "certs"));
    }

    [Fact]
    public void The_other_parts_of_a_phase_are_skipped_by_name()
    {
        IReadOnlyList<string> skipped = KubeadmPhases.SkippedWhenRunning(KubernetesVersion.Parse("v1.36.2"), "control-plane/scheduler", "addon/coredns");

        Assert.Contains("control-plane/apiserver", skipped);
        Assert.Contains("control-plane/controller-manager", skipped);
        Assert.Contains("addon/kube-proxy", skipped);
        Assert.DoesNotContain("control-plane", skipped);
    }

    [Fact]
    public void A_name_that_is_no_phase_is_refused() =>
        Assert.Throws<ArgumentException>(() => KubeadmPhases.SkippedWhenRunning(KubernetesVersion.Parse("v1.36.2"), "no-such"));
}

namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>The phases of a command of kubeadm by version, and what has to be skipped so that a call runs some of them alone.</summary>
/// <remarks>Sources: <c>cmd/kubeadm/app/cmd/init.go</c> and <c>join.go</c> of each release. kubeadm refuses the name of a phase that it
/// does not have, and a phase
/// that runs while one that it depends on is skipped.</remarks>
public sealed class KubeadmPhases
{
    private readonly Phase[] phases;

    private KubeadmPhases(params Phase[] phases) => this.phases = phases;

    /// <summary><c>kubeadm init</c>.</summary>
    public static KubeadmPhases Init { get; } =
        new(
            new("preflight"),
            new("certs"),
            new("kubeconfig"),
            new("etcd"),
            new("control-plane") { Parts = ["apiserver", "controller-manager", "scheduler"] },
            new("kubelet-start"),
            new("wait-control-plane"),
            new("upload-config"),
            new("upload-certs"),
            new("mark-control-plane"),
            new("bootstrap-token"),
            new("kubelet-finalize"),
            new("addon") { Parts = ["coredns", "kube-proxy"] },
            new("show-join-command") { Since = Changes.ShowJoinCommand, DependsOn = ["bootstrap-token", "upload-certs"] }
        );

    /// <summary><c>kubeadm join</c>.</summary>
    public static KubeadmPhases Join { get; } =
        new(
            new("preflight"),
            new("control-plane-prepare") { Parts = ["download-certs", "certs", "kubeconfig", "control-plane"] },
            new("check-etcd"),
            new("kubelet-start"),
            new("etcd-join") { Since = Changes.EtcdJoinsBeforeTheKubelet },
            new("kubelet-wait-bootstrap") { Since = Changes.EtcdJoinsBeforeTheKubelet },
            new("control-plane-join"),
            new("wait-control-plane") { Since = Changes.EtcdJoinsBeforeTheKubelet }
        );

    /// <summary>The names that a version's <c>--skip-phases</c> takes, parts as <c>addon/coredns</c>, in the order in which they
    /// run.</summary>
    public IReadOnlyList<string> Of(KubernetesVersion version) =>
        [.. In(version).SelectMany(phase => phase.Parts.Select(part => $"{phase.Name}/{part}").Prepend(phase.Name))];

    /// <summary>What to skip so that a version's kubeadm runs some phases alone, its own order kept.</summary>
    /// <param name="version">Of kubeadm.</param>
    /// <param name="run">Phases, or parts of them as <c>control-plane/apiserver</c>. Those that the version does not have yet are left
    /// out.</param>
    /// <exception cref="ArgumentException">A name is no phase of any version, or runs while one that it depends on does not.</exception>
    public IReadOnlyList<string> SkippedWhenRunning(KubernetesVersion version, params IReadOnlyCollection<string> run)
    {
        if (run.FirstOrDefault(name => !phases.Any(phase => phase.Has(name))) is { } unknown)
            throw new ArgumentException($"kubeadm has no phase {unknown}", nameof(run));
        foreach (Phase phase in In(version).Where(phase => run.Contains(phase.Name)))
        {
            if (phase.DependsOn.FirstOrDefault(needed => !run.Contains(needed)) is { } needed)
                throw new ArgumentException($"{phase.Name} depends on {needed}", nameof(run));
        }

        return [.. In(version).Where(phase => !run.Contains(phase.Name)).SelectMany(phase => phase.Without(run))];
    }

    /// <summary>What the phases of a version depend on.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Dependencies(KubernetesVersion version) =>
        In(version).Where(phase => phase.DependsOn.Count > 0).ToDictionary(phase => phase.Name, phase => phase.DependsOn);

    private IEnumerable<Phase> In(KubernetesVersion version) => phases.Where(phase => phase.Since?.HoldsFor(version) ?? true);

    private sealed record Phase(string Name)
    {
        public Change? Since { get; init; }

        public IReadOnlyList<string> Parts { get; init; } = [];

        public IReadOnlyList<string> DependsOn { get; init; } = [];

        public bool Has(string name) => name == Name || Parts.Any(part => name == $"{Name}/{part}");

        // The whole phase where none of its parts runs, else the other parts.
        public IEnumerable<string> Without(IReadOnlyCollection<string> run)
        {
            string[] parts = [.. Parts.Select(part => $"{Name}/{part}")];
            return parts.Any(run.Contains) ? parts.Where(part => !run.Contains(part)) : [Name];
        }
    }
}

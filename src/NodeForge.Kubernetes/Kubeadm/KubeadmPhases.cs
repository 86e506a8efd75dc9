namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>The phases of <c>kubeadm init</c> by version, and what has to be skipped so that a call runs some of them alone.</summary>
/// <remarks>Source: <c>cmd/kubeadm/app/cmd/init.go</c> of each release. kubeadm refuses the name of a phase that it does not have, and a phase that
/// runs while one that it depends on is skipped.</remarks>
public static class KubeadmPhases
{
    private static readonly Phase[] Init =
    [
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
        new("show-join-command") { Since = Changes.ShowJoinCommand, DependsOn = ["bootstrap-token", "upload-certs"] },
    ];

    /// <summary>The names that a version's <c>kubeadm init --skip-phases</c> takes, parts as <c>addon/coredns</c>.</summary>
    public static IReadOnlyList<string> OfInit(KubernetesVersion version) =>
        [.. Of(version).SelectMany(phase => phase.Parts.Select(part => $"{phase.Name}/{part}").Prepend(phase.Name))];

    /// <summary>What to skip so that a version's <c>kubeadm init</c> runs some phases alone, its own order kept.</summary>
    /// <param name="version">Of kubeadm.</param>
    /// <param name="run">Phases, or parts of them as <c>control-plane/apiserver</c>.</param>
    /// <exception cref="ArgumentException">A name is no phase of that version, or runs while one that it depends on does not.</exception>
    public static IReadOnlyList<string> SkippedWhenRunning(KubernetesVersion version, params IReadOnlyCollection<string> run)
    {
        if (run.Except(OfInit(version)).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"kubeadm {version} has no phase {unknown}", nameof(run));
        foreach (Phase phase in Of(version).Where(phase => run.Contains(phase.Name)))
        {
            if (phase.DependsOn.FirstOrDefault(needed => !run.Contains(needed)) is { } needed)
                throw new ArgumentException($"{phase.Name} depends on {needed}", nameof(run));
        }

        return [.. Of(version).Where(phase => !run.Contains(phase.Name)).SelectMany(phase => phase.Without(run))];
    }

    /// <summary>What the phases of a version depend on.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> DependenciesOfInit(KubernetesVersion version) =>
        Of(version).Where(phase => phase.DependsOn.Count > 0).ToDictionary(phase => phase.Name, phase => phase.DependsOn);

    private static IEnumerable<Phase> Of(KubernetesVersion version) => Init.Where(phase => phase.Since?.HoldsFor(version) ?? true);

    private sealed record Phase(string Name)
    {
        public Change? Since { get; init; }

        public IReadOnlyList<string> Parts { get; init; } = [];

        public IReadOnlyList<string> DependsOn { get; init; } = [];

        // The whole phase where none of its parts runs, else the other parts.
        public IEnumerable<string> Without(IReadOnlyCollection<string> run)
        {
            string[] parts = [.. Parts.Select(part => $"{Name}/{part}")];
            return parts.Any(run.Contains) ? parts.Where(part => !run.Contains(part)) : [Name];
        }
    }
}

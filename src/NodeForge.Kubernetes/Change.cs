namespace NodeForge.Kubernetes;

/// <summary>Something that one minor version of Kubernetes brought, and perhaps a later one took away.</summary>
/// <param name="Since">The first minor version of Kubernetes 1 that has it.</param>
/// <param name="Until">The last one that has it; null while it is there.</param>
/// <param name="What">In a sentence, for people.</param>
/// <param name="Source">Where that can be looked up: a pull request, an enhancement, a file of Kubernetes' tree.</param>
public sealed record Change(int Since, int? Until, string What, string Source)
{
    /// <summary>Whether a version has it.</summary>
    public bool HoldsFor(KubernetesVersion version) =>
        version.IsAtLeast(1, Since) && !(Until is { } last && version.IsAtLeast(1, last + 1));
}

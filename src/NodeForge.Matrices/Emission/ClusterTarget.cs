using NodeForge.Kubernetes;

namespace NodeForge.Matrices.Emission;

/// <summary>The cluster that builds, and what it builds with.</summary>
/// <param name="Image">A reference of an image that has <c>nodeforge</c> and <c>tar</c>.</param>
/// <param name="Cache">A repository of a registry, as for <c>--cache-to</c>: what keeps the work of a Job that is killed.</param>
public sealed record ClusterTarget(string Image, string Cache)
{
    public string Namespace { get; init; } = "nodeforge";

    /// <summary>The cluster's version; decides whether Jobs are Indexed.</summary>
    public KubernetesVersion Version { get; init; } = KubernetesVersion.Parse("v1.36.0");

    /// <summary>How many cells are built at a time.</summary>
    public int Parallelism { get; init; } = 3;

    /// <summary>Variables of the pods: mirrors, proxies.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A Secret of the type kubernetes.io/dockerconfigjson: for the pods' image, and for the registries that they push to; null
    /// for none.</summary>
    public string? RegistrySecret { get; init; }

    /// <summary>Certificates, in PEM, of authorities that registries and mirrors in the cluster are signed by; the pods trust them beside
    /// those of their image.</summary>
    public string? Authorities { get; init; }

    /// <summary>Transports instead of the matrix's own.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];
}

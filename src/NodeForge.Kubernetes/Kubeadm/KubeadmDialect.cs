using System.Text.Json.Nodes;

namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>How a version of kubeadm gets its documents: in the API version that kind 0.33 writes for it, so that a patch for that version
/// means the same here.</summary>
/// <param name="ApiVersion">One that it reads.</param>
/// <param name="ArgumentsAreLists">Since v1beta4 extra arguments are lists of name and value, so that one may come twice.</param>
/// <param name="KnowsSkippedPhases">Since v1beta3 the documents of init and join may leave out phases.</param>
public sealed record KubeadmDialect(string ApiVersion, bool ArgumentsAreLists, bool KnowsSkippedPhases)
{
    public static IReadOnlyList<KubeadmDialect> All { get; } =
    [
        new("kubeadm.k8s.io/v1beta4", true, true) { Example = KubernetesVersion.Parse("v1.36.0") },
        new("kubeadm.k8s.io/v1beta3", false, true) { Example = KubernetesVersion.Parse("v1.23.0") },
        new("kubeadm.k8s.io/v1beta2", false, false) { Example = KubernetesVersion.Parse("v1.20.0") },
    ];

    /// <summary>The first version of Kubernetes whose documents are written so.</summary>
    public required KubernetesVersion Example { get; init; }

    public static KubeadmDialect Of(KubernetesVersion version) =>
        All.FirstOrDefault(dialect => version.IsAtLeast(dialect.Example.Major, dialect.Example.Minor)) ?? All[^1];

    public JsonNode Arguments(params IEnumerable<KeyValuePair<string, string>> arguments) =>
        ExtraArguments.Write([.. arguments.Select(argument => new ExtraArgument(argument.Key, argument.Value))], ArgumentsAreLists);
}

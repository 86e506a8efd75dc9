namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>Changes to the kubeadm documents of a cluster or a node.</summary>
public sealed record KubeadmPatches
{
    /// <summary>YAML merged into the documents of its kind, and of its apiVersion where it names one.</summary>
    public IReadOnlyList<MergePatch> Merges { get; init; } = [];

    public IReadOnlyList<JsonPatch> JsonPatches { get; init; } = [];
}

/// <summary>A JSON patch (RFC 6902) of the kubeadm document with that group, version and kind; the operations are JSON or YAML.</summary>
public sealed record JsonPatch(string Group, string Version, string Kind, string Patch)
{
    /// <summary>Where it stands, for messages; null where it was not read from a file.</summary>
    public Location? Where { get; init; }
}

namespace NodeForge.Kubernetes.Kubeconfigs;

/// <summary>A kubeconfig that was extended.</summary>
/// <param name="File">Which.</param>
/// <param name="Context">The context that is now its current one.</param>
/// <param name="ApiServer">Where this context reaches the cluster.</param>
public sealed record ExportedKubeconfig(string File, string Context, Uri ApiServer);

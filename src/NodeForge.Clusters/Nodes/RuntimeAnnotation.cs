using NodeForge.Clusters.Configuration;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Nodes;

/// <summary>What <c>kubeadm join</c> writes on a worker's Node, and <c>kubeadm upgrade node</c> asks for: where the runtime is.</summary>
internal static class RuntimeAnnotation
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a node is waited for that does not register.</summary>
    public static readonly TimeSpan AtMost = TimeSpan.FromMinutes(5);

    /// <summary>Whether it is for us to write: control planes go through kubeadm's own join.</summary>
    public static bool IsWanted(PreparedNode node) =>
        node.Plan.Role == NodeRole.Worker && Changes.RuntimeAnnotation.HoldsFor(node.Facts.Version);

    /// <summary>Writes it as soon as the node has registered. One that never does is AwaitReady's to report.</summary>
    public static Task WriteAsync(KubernetesApi api, PreparedNode node, TimeSpan atMost, CancellationToken cancellationToken) =>
        Polling.UntilAsync(
            Every,
            atMost,
            async () =>
            {
                try
                {
                    return (await api.AnnotateRuntimeAsync(node.Plan.Name, cancellationToken).ConfigureAwait(false)).Succeeded;
                }
                catch (NodeForgeException silent) when (silent.Is(ErrorCodes.ApiServerTimeout))
                {
                    return false;
                }
            },
            cancellationToken
        );
}

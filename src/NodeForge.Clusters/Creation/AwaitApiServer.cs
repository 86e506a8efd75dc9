using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Clusters.Creation;

/// <summary>Waits for the API server, in two steps: seconds lie between them on a slow disk, in which it writes its own roles one by
/// one.</summary>
internal static class AwaitApiServer
{
    // The last of the namespaces that the server makes for itself: with it kubeadm has all it writes into, and an administrator needs no
    // role.
    private const string Usable = "/api/v1/namespaces/kube-node-lease";
    private const string Ready = "/readyz";

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    /// <summary>Until an administrator can work with it.</summary>
    public static Task UsableAsync(
        KubernetesApi api,
        Kubeconfig kubeconfig,
        TimeSpan atMost,
        NodesAlive? nodes,
        CancellationToken cancellationToken
    ) => RunAsync(api, kubeconfig, Usable, atMost, nodes, cancellationToken);

    /// <summary>Until it says itself that it is ready, for everybody.</summary>
    public static Task ReadyAsync(
        KubernetesApi api,
        Kubeconfig kubeconfig,
        TimeSpan atMost,
        NodesAlive? nodes,
        CancellationToken cancellationToken
    ) => RunAsync(api, kubeconfig, Ready, atMost, nodes, cancellationToken);

    private static async Task RunAsync(
        KubernetesApi api,
        Kubeconfig kubeconfig,
        string path,
        TimeSpan atMost,
        NodesAlive? nodes,
        CancellationToken cancellationToken
    )
    {
        bool serves = await Polling
            .UntilAsync(
                Every,
                atMost,
                async () =>
                {
                    if (nodes is not null)
                        await nodes.CheckAsync(cancellationToken).ConfigureAwait(false);
                    return await api.TryGetAsync(path, cancellationToken).ConfigureAwait(false) is not null;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!serves)
        {
            throw new NodeForgeException(
                new Diagnostic(
                    ErrorCodes.ApiServerTimeout,
                    path == Ready ? "the API server is not ready" : "the API server does not answer"
                )
                {
                    Where = new(kubeconfig.Server.OriginalString),
                    Got = $"nothing at {path} within {atMost.TotalSeconds:0} s",
                    Hint = "the diagnostics folder has the logs of kubelet, etcd and API server",
                }
            );
        }
    }
}

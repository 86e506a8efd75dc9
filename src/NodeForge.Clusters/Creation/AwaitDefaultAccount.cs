using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Creation;

/// <summary>Waits until the default namespace has its account: without one the API server refuses every pod, and a kubectl apply right after the creation fails.</summary>
internal static class AwaitDefaultAccount
{
    private const string Account = "/api/v1/namespaces/default/serviceaccounts/default";

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    /// <param name="api">The cluster's API server.</param>
    /// <param name="atMost">How long it may take. A cluster that has none by then is whole but for that, and is left as it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task RunAsync(KubernetesApi api, TimeSpan atMost, CancellationToken cancellationToken) =>
        Polling.UntilAsync(Every, atMost, async () => await api.TryGetAsync(Account, cancellationToken).ConfigureAwait(false) is not null, cancellationToken);
}

using System.Text.Json.Nodes;
using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes.Api;

namespace NodeForge.Clusters.Upgrading;

/// <summary>Whether pods may come to a node.</summary>
internal static class NodeCordon
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);

    public static async Task<bool> IsCordonedAsync(KubernetesApi api, string node, CancellationToken cancellationToken)
    {
        ApiAnswer answer = (
            await api.CallAsync(HttpMethod.Get, $"/api/v1/nodes/{node}", null, cancellationToken).ConfigureAwait(false)
        ).Accept(node);
        return ApiAnswer.Take(node, () => (bool?)answer.Json?["spec"]?["unschedulable"] ?? false);
    }

    /// <summary>Lets pods come again, unless the node was cordoned before.</summary>
    /// <remarks>Tried again and again: the balancer may still lead to an API server that has just gone.</remarks>
    public static async Task UncordonAsync(
        KubernetesApi api,
        string node,
        bool wasCordoned,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        if (wasCordoned)
            return;
        NodeForgeException? refusal = null;
        bool done = await Polling
            .UntilAsync(
                Again,
                patience,
                async () =>
                {
                    try
                    {
                        JsonObject schedulable = new() { ["spec"] = new JsonObject { ["unschedulable"] = null } };
                        (
                            await api.CallAsync(HttpMethod.Patch, $"/api/v1/nodes/{node}", schedulable, cancellationToken)
                                .ConfigureAwait(false)
                        ).Accept(node);
                        return true;
                    }
                    catch (NodeForgeException failure)
                    {
                        refusal = failure;
                        return false;
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!done)
            throw refusal!;
    }
}

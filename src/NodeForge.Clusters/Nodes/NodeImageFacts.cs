using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Nodes;

/// <summary>What a node image says of itself under /kind.</summary>
/// <param name="Version">Of Kubernetes.</param>
/// <param name="PodNetwork">The manifest of the default pod network, a template; null when there is none.</param>
/// <param name="Storage">The manifest of the default storage class; null when there is none.</param>
internal sealed record NodeImageFacts(KubernetesVersion Version, string? PodNetwork, string? Storage)
{
    public static async Task<NodeImageFacts> ReadAsync(ClusterNode node, string image, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> files;
        try
        {
            files = await node.ReadFolderAsync("/kind", cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException failure) when (failure.Is(ErrorCodes.EngineObjectMissing))
        {
            throw NotANode(image, "no folder /kind", failure);
        }

        string? text = files.GetValueOrDefault("kind/version")?.Trim();
        if (!KubernetesVersion.TryParse(text, out KubernetesVersion version))
            throw NotANode(image, text is null ? "no file /kind/version" : $"/kind/version says '{Printable.Escape(text)}'", null);
        return new(
            version,
            files.GetValueOrDefault("kind/manifests/default-cni.yaml"),
            files.GetValueOrDefault("kind/manifests/default-storage.yaml")
        );
    }

    private static NodeForgeException NotANode(string image, string got, Exception? inner) =>
        new(
            new Diagnostic(ErrorCodes.NodeImageInvalid, "this is no node image")
            {
                Where = new(image),
                Got = got,
                Want = "/kind/version with Kubernetes' version",
                Hint = "build one with nodeforge build node-image, or name another with --image",
            },
            inner
        );
}

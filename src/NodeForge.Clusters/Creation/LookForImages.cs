using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Creation;

/// <summary>Which of the images that kubeadm asks for the node has.</summary>
internal static class LookForImages
{
    private const string Dns = "coredns";

    private const string Between = "--";

    // What containerd has, and the names that this kubeadm, with this configuration, writes into its pods; that one may fail.
    private const string Script = $"""
        set -e
        ctr --namespace k8s.io images list --quiet
        echo {Between}
        kubeadm config images list --config "$1" || true
        """;

    public static async Task<NodeImages> RunAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        string said = await node
            .Container.RunAsync(["sh", "-c", Script, "images", KubeadmFiles.Configuration], cancellationToken)
            .ConfigureAwait(false);
        string[] lines = said.Split('\n');
        int between = Array.IndexOf(lines, Between);
        return Compare(string.Join('\n', lines[..between]), string.Join('\n', lines[(between + 1)..]));
    }

    /// <param name="present">containerd's names, one a line.</param>
    /// <param name="wanted">kubeadm's, one a line; empty where it did not say.</param>
    internal static NodeImages Compare(string present, string wanted)
    {
        // Some images have no CoreDNS, and kubeadm would leave a pod that waits for it for ever.
        bool dns = present.Contains(Dns, StringComparison.Ordinal);
        HashSet<string> has = [.. Lines(present)];
        return new(dns, [.. Lines(wanted).Where(image => !has.Contains(image) && (dns || !image.Contains(Dns, StringComparison.Ordinal)))]);
    }

    /// <summary>What is told of images that the node would have to fetch; null where it has all.</summary>
    public static Diagnostic? WarningOf(NodeImages images, PreparedNode node) =>
        images.Missing.Count == 0
            ? null
            : new(
                ErrorCodes.NodeImageIncomplete,
                "the node image lacks images that its kubeadm asks for: the node has to fetch them from their registry"
            )
            {
                Severity = Severity.Warning,
                Where = new(node.Plan.Name),
                Got = string.Join(", ", images.Missing.Select(image => Printable.Escape(image))),
                Hint = "put them into the node image's recipe; images: of that recipe, and kubeadm config images list, say which",
            };

    // kubeadm 1.20 was seen to put warnings of its own between the names; a name has no blank.
    private static IEnumerable<string> Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.Contains(' ', StringComparison.Ordinal));
}

/// <param name="HasDns">Whether there is a CoreDNS of any version.</param>
/// <param name="Missing">What kubeadm asks for and the node does not have, CoreDNS only where there is one of another version.</param>
internal sealed record NodeImages(bool HasDns, IReadOnlyList<string> Missing);

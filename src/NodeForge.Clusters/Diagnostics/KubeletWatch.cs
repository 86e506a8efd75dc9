using System.Globalization;
using NodeForge.Clusters.Nodes;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>Notices a kubelet that ends again and again: what it refuses it says at once, and nothing that is waited for comes.</summary>
internal static class KubeletWatch
{
    // One or two ends happen to a good one, while its node still boots.
    private const int Restarts = 4;

    private static readonly string[] Count = ["systemctl", "show", "kubelet.service", "--property=NRestarts", "--value"];
    private static readonly string[] Journal = ["journalctl", "--no-pager", "--unit=kubelet.service", "--lines=200"];

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KubeletEnds"/>, with the kubelet's own words.</exception>
    public static async Task CheckAsync(ClusterNode node, CancellationToken cancellationToken)
    {
        ProgramOutcome counted = await node.TryRunAsync(Count, null, cancellationToken).ConfigureAwait(false);
        if (!int.TryParse(counted.Output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int restarts) || restarts < Restarts)
            return;
        ProgramOutcome journal = await node.TryRunAsync(Journal, null, cancellationToken).ConfigureAwait(false);
        if (ProblemOf(node.Name, restarts, journal.Output) is { } problem)
            throw new NodeForgeException(problem);
    }

    /// <returns>Null where the journal does not say why.</returns>
    internal static Diagnostic? ProblemOf(string node, int restarts, string journal) =>
        TellingLines.OfKubelet(journal.Split('\n')) is not { } said
            ? null
            : new(ErrorCodes.KubeletEnds, "the kubelet ends again and again")
            {
                Where = new(node),
                Got = $"{said} (after {restarts} restarts)",
                Hint = "correct what it names: in the cluster file's featureGates and patches, or in the node image",
            };
}

namespace NodeForge.Clusters.Nodes;

/// <summary>Waits until a node's system is up and its containerd serves, with the image's archives in it: what kubeadm's checks look
/// for.</summary>
internal static class BareBoot
{
    public static readonly TimeSpan AtMost = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    // Units that fail are for the user to see: the node is up all the same.
    private static readonly string[] Up = ["running", "degraded"];

    // Images that bring archives import them at their first boot; others have no such unit, or one that is skipped.
    private const string Serves =
        "ctr version >/dev/null && { ! systemctl cat nodeforge-image-import.service >/dev/null 2>&1 || systemctl start nodeforge-image-import.service; }";

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeBootTimeout"/>.</exception>
    public static async Task AwaitAsync(ClusterNode node, TimeSpan atMost, CancellationToken cancellationToken)
    {
        string said = string.Empty;
        bool booted = await Polling
            .UntilAsync(
                Every,
                atMost,
                async () =>
                {
                    ProgramOutcome system = await node.TryRunAsync(["systemctl", "is-system-running"], null, cancellationToken)
                        .ConfigureAwait(false);
                    said = (system.Output + system.Errors).Trim();
                    if (!Up.Contains(system.Output.Trim()))
                        return false;
                    ProgramOutcome containerd = await node.TryRunAsync(["sh", "-c", Serves], null, cancellationToken).ConfigureAwait(false);
                    said = $"{said}, and {(containerd.Output + containerd.Errors).Trim()}";
                    return containerd.ExitCode == 0;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!booted)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.NodeBootTimeout, "the node's system did not come up")
                {
                    Where = new(node.Name),
                    Got = $"{said} after {atMost.TotalSeconds:0} s",
                    Hint = "the diagnostics folder has the node's journal",
                }
            );
        }
    }
}

namespace NodeForge.Clusters.Nodes;

/// <summary>Waits until a node's runtime takes orders: what kubeadm starts there needs it.</summary>
internal static class NodeBoot
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(2);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeBootTimeout"/>.</exception>
    public static async Task AwaitAsync(ClusterNode node, CancellationToken cancellationToken)
    {
        string said = string.Empty;
        bool booted = await Polling.UntilAsync(Every, AtMost, async () =>
        {
            ProgramOutcome outcome = await node.TryRunAsync(["systemctl", "is-active", "containerd.service"], null, cancellationToken).ConfigureAwait(false);
            said = outcome.Output + outcome.Errors;
            return outcome.ExitCode == 0;
        }, cancellationToken).ConfigureAwait(false);
        if (!booted)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.NodeBootTimeout, "the node's containerd did not start") { Where = new(node.Name), Got = $"{said.Trim()} after {AtMost.TotalSeconds:0} s", Mend = "the diagnostics folder has the node's journal" });
    }
}

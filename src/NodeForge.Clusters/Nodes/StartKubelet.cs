namespace NodeForge.Clusters.Nodes;

/// <summary>Starts the kubelet as soon as the node's system takes orders.</summary>
internal static class StartKubelet
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(2);

    public static Task RunAsync(ClusterNode node, CancellationToken cancellationToken) => RunAsync(node, AtMost, cancellationToken);

    /// <summary>The same for another unit.</summary>
    public static Task AwaitUnitAsync(ClusterNode node, string unit, CancellationToken cancellationToken) => AwaitUnitAsync(node, unit, AtMost, cancellationToken);

    internal static Task RunAsync(ClusterNode node, TimeSpan atMost, CancellationToken cancellationToken) => AwaitUnitAsync(node, "kubelet.service", atMost, cancellationToken);

    private static async Task AwaitUnitAsync(ClusterNode node, string unit, TimeSpan atMost, CancellationToken cancellationToken)
    {
        string said = string.Empty;
        bool started = await Polling.UntilAsync(Every, atMost, async () =>
        {
            ProgramOutcome outcome = await node.TryRunAsync(["systemctl", "start", unit], null, cancellationToken).ConfigureAwait(false);
            said = outcome.Errors;
            return outcome.ExitCode == 0;
        }, cancellationToken).ConfigureAwait(false);
        if (!started)
        {
            throw new NodeForgeException(new Diagnostic(ErrorCodes.NodeBootTimeout, $"the node's system did not start {unit}")
            {
                Where = new(node.Name),
                Got = $"{said.Trim()} after {atMost.TotalSeconds:0} s",
                Mend = "the diagnostics folder has the node's journal",
            });
        }
    }
}

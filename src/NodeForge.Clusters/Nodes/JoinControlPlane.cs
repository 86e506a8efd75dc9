using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Nodes;

/// <summary>Joins a further control plane, in three steps, of which only the second has to be done by one after the other.</summary>
internal static class JoinControlPlane
{
    // The kubeconfigs are there: see StartControlPlane. The API server's manifest waits for the next step: without an etcd of its own it would end, and
    // the kubelet start it again later and later.
    internal static readonly string[] Prepared = ["control-plane-prepare/download-certs", "control-plane-prepare/certs", "kubelet-start", "kubelet-wait-bootstrap"];

    internal static readonly string[] Joined = ["control-plane-prepare/control-plane", "check-etcd", "etcd-join", "control-plane-join"];

    // Without a leader in etcd kubeadm would ask again for ever.
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    /// <summary>Starts the kubelet as one of the cluster's: the part that needs nothing of other joins.</summary>
    public static async Task PrepareAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        // A folder that is not there when the kubelet starts it does not watch: it looks every 20 s then.
        await node.Container.RunAsync(["mkdir", "-p", "/etc/kubernetes/manifests"], cancellationToken).ConfigureAwait(false);
        await RunAsync(node, Prepared, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the node's etcd a member, then lets its API server start: etcd takes one member at a time.</summary>
    public static async Task RunAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        await RunAsync(node, Joined, cancellationToken).ConfigureAwait(false);
        await UseOwnApiServerAsync(node, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the node's own API server, which kubeadm would wait for before the next node could join.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiServerTimeout"/>.</exception>
    public static async Task AwaitAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        string server = "https://" + ClusterPlan.EndpointAt(node.Plan.Address);
        string[] ask = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", $"--server={server}", "--request-timeout=5s", "get", "--raw=/readyz"];
        string said = string.Empty;
        bool ready = await Polling.UntilAsync(Every, AtMost, async () =>
        {
            ProgramOutcome outcome = await node.Container.TryRunAsync(ask, null, cancellationToken).ConfigureAwait(false);
            said = outcome.Errors.Trim();
            return outcome.ExitCode == 0;
        }, cancellationToken).ConfigureAwait(false);
        if (!ready)
        {
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ApiServerTimeout, "the joined control plane's API server is not ready")
            {
                Where = new(node.Plan.Name, Detail: server),
                Got = $"{said} after {AtMost.TotalSeconds:0} s",
                Mend = "the diagnostics folder has the logs of kubelet, etcd and API server",
            });
        }
    }

    private static Task RunAsync(PreparedNode node, string[] phases, CancellationToken cancellationToken)
    {
        string skipped = node.SkippedWhenRunning(KubeadmPhases.Join, phases);
        string[] join = ["kubeadm", "join", "--config", KubeadmFiles.Configuration, "--skip-phases", skipped, .. EtcdPatch.ArgumentsFor(node.Facts.Version)];
        return node.Container.RunAsync(join, AtMost, cancellationToken);
    }

    // Through the balancer a kubelet finds no API server until another control plane is whole, so that after a stop of all of them each waits for the
    // others: minutes, where its own takes seconds. kubeadm does the same (kubeadm#2271, ControlPlaneKubeletLocalMode), later versions by themselves.
    // The kubelet reads the file when it starts next, which is what matters.
    private static Task<string> UseOwnApiServerAsync(PreparedNode node, CancellationToken cancellationToken) =>
        node.Container.RunAsync(["sed", "-i", $"s|^\\( *server:\\).*|\\1 https://{ClusterPlan.EndpointAt(node.Plan.Address)}|", "/etc/kubernetes/kubelet.conf"], cancellationToken);
}

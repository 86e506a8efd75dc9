using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Nodes;

/// <summary>kubeadm in a node, in the parts that <see cref="NodePhases"/> names.</summary>
internal static class NodeKubeadm
{
    private const string Kubelet = "kubelet.service";

    // Without systemctl in reach kubeadm leaves the kubelet alone: it is started once, when everything is there. A worker's copy of the
    // cluster's
    // certificate comes last: with a certificate and no key kubeadm would take the worker for a control plane whose authority is elsewhere.
    private const string OnlyWrites = """
        set -e
        program=$(command -v kubeadm)
        (PATH=/nonexistent exec "$program" "$@")
        if [ -e /etc/kubernetes/pki/worker-ca.crt ]; then mv /etc/kubernetes/pki/worker-ca.crt /etc/kubernetes/pki/ca.crt; fi
        """;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    /// <summary>Writes the first control plane's static pods and kubelet configuration while its system still boots, then starts the
    /// kubelet.</summary>
    public static async Task StartFirstAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        string skipped = node.SkippedWhenRunning(KubeadmPhases.Init, NodePhases.FirstControlPlane);
        await WriteAsync(node, ["init", "--skip-phases", skipped, .. EtcdPatch.ArgumentsFor(node.Facts.Version)], cancellationToken)
            .ConfigureAwait(false);
        await StartKubeletAsync(node, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What <c>kubeadm init</c> does once there is an API server: its clients' static pods, configuration for later joins, the
    /// node's marks, the token, the add-ons.</summary>
    /// <param name="node">The first control plane.</param>
    /// <param name="addOns"><see cref="NodePhases.Dns"/>, <see cref="NodePhases.Proxy"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task ConfigureClusterAsync(PreparedNode node, IReadOnlyList<string> addOns, CancellationToken cancellationToken)
    {
        string skipped = node.SkippedWhenRunning(KubeadmPhases.Init, [.. NodePhases.Cluster, .. addOns]);
        return node.Container.RunAsync(
            ["kubeadm", "init", "--config", KubeadmFiles.Configuration, "--skip-phases", skipped],
            cancellationToken
        );
    }

    /// <summary>The part of a worker's join that needs no API server.</summary>
    public static Task ConfigureWorkerAsync(PreparedNode node, CancellationToken cancellationToken) =>
        WriteAsync(node, NodePhases.Worker, cancellationToken);

    /// <summary>Starts a kubelet that has all it needs.</summary>
    /// <remarks>A worker's once the API server serves, where its system has not started it while it booted (docs/benchmarks.md).</remarks>
    public static Task StartKubeletAsync(PreparedNode node, CancellationToken cancellationToken) =>
        node.Container.StartUnitAsync(Kubelet, cancellationToken);

    /// <summary>Starts a further control plane's kubelet as one of the cluster's: the part of a join that needs nothing of other
    /// joins.</summary>
    public static async Task PrepareJoinAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        // A folder that is not there when the kubelet starts it does not watch: it looks every 20 s then.
        await node.Container.RunAsync(["mkdir", "-p", "/etc/kubernetes/manifests"], cancellationToken).ConfigureAwait(false);
        await JoinAsync(node, NodePhases.JoinPrepared, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the node's etcd a member, then lets its API server start: one after the other, since etcd takes one member at a
    /// time.</summary>
    public static async Task JoinAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        await JoinAsync(node, NodePhases.Joined, cancellationToken).ConfigureAwait(false);
        await UseOwnApiServerAsync(node, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the node's own API server, which kubeadm would wait for before the next node could join.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiServerTimeout"/>.</exception>
    public static async Task AwaitOwnApiServerAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        string server = "https://" + ClusterPlan.EndpointAt(node.Plan.Address);
        string[] ask =
        [
            "kubectl",
            "--kubeconfig=/etc/kubernetes/admin.conf",
            $"--server={server}",
            "--request-timeout=5s",
            "get",
            "--raw=/readyz",
        ];
        string said = string.Empty;
        bool ready = await Polling
            .UntilAsync(
                Every,
                node.JoinAtMost,
                async () =>
                {
                    ProgramOutcome outcome = await node.Container.TryRunAsync(ask, null, cancellationToken).ConfigureAwait(false);
                    said = outcome.Errors.Trim();
                    return outcome.ExitCode == 0;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!ready)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ApiServerTimeout, "the joined control plane's API server is not ready")
                {
                    Where = new(node.Plan.Name, Detail: server),
                    Got = $"{said} after {node.JoinAtMost.TotalSeconds:0} s",
                    Hint = "the diagnostics folder has the logs of kubelet, etcd and API server",
                }
            );
        }
    }

    private static Task WriteAsync(PreparedNode node, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        node.Container.RunAsync(
            ["sh", "-c", OnlyWrites, "kubeadm", .. arguments, "--config", KubeadmFiles.Configuration],
            cancellationToken
        );

    private static Task JoinAsync(PreparedNode node, string[] phases, CancellationToken cancellationToken)
    {
        string skipped = node.SkippedWhenRunning(KubeadmPhases.Join, phases);
        string[] join =
        [
            "kubeadm",
            "join",
            "--config",
            KubeadmFiles.Configuration,
            "--skip-phases",
            skipped,
            .. EtcdPatch.ArgumentsFor(node.Facts.Version),
        ];
        return node.Container.RunAsync(join, node.JoinAtMost, cancellationToken);
    }

    // Through the balancer a kubelet finds no API server until another control plane is whole, so that after a stop of all of them each
    // waits for the
    // others: minutes, where its own takes seconds. kubeadm does the same (kubeadm#2271, ControlPlaneKubeletLocalMode), later versions by
    // themselves.
    // The kubelet reads the file when it starts next, which is what matters.
    private static Task<string> UseOwnApiServerAsync(PreparedNode node, CancellationToken cancellationToken) =>
        node.Container.RunAsync(
            ["sed", "-i", $"s|^\\( *server:\\).*|\\1 https://{ClusterPlan.EndpointAt(node.Plan.Address)}|", "/etc/kubernetes/kubelet.conf"],
            cancellationToken
        );
}

using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Nodes;

/// <summary>What a node in a container needs besides, so that kubeadm can be run in it as on a machine, without a configuration
/// file.</summary>
internal static class BareFiles
{
    private const string Units = "/etc/systemd/system";
    private const string Program = "/usr/lib/nodeforge/kube-proxy-by-hand";

    // kubeadm's own variable, between those of its files and the user's, KUBELET_EXTRA_ARGS: what the user says wins.
    private const string KubeletConfiguration = "--config=/var/lib/kubelet/config.yaml";

    // The connection table is the host's, and may not be sized in a container: kube-proxy as kubeadm init configures it would die of
    // trying.
    private const string KubeProxyProgram = """
        #!/bin/bash
        # Begun when kubeadm init writes the administrator's kubeconfig. Sets conntrack.maxPerCore to 0 in kube-proxy's
        # configuration, which leaves the table's size alone, and starts the pods that have read the old one again.
        set -euo pipefail
        export KUBECONFIG=${KUBECONFIG:-/etc/kubernetes/admin.conf}
        proxy=(kubectl --namespace kube-system)
        map=
        for ((second = 0; second < 600; second++)); do
          # kubeadm reset has taken it back.
          [[ -e $KUBECONFIG ]] || exit 0
          map=$("${proxy[@]}" get configmap kube-proxy --output yaml 2>/dev/null) && break
          sleep 1
        done
        [[ $map == *'maxPerCore: null'* ]] || exit 0
        "${proxy[@]}" replace --filename - <<<"${map//maxPerCore: null/maxPerCore: 0}"
        "${proxy[@]}" delete pods --selector k8s-app=kube-proxy --wait=false --ignore-not-found

        """;

    private const string KubeProxyService = $"""
        [Unit]
        Description=kube-proxy of a kubeadm init by hand: leave the connection table's size to the host
        StartLimitIntervalSec=0

        [Service]
        Type=oneshot
        ExecStart=/bin/bash {Program}
        Restart=on-failure
        RestartSec=1

        """;

    private const string KubeProxyPath = """
        [Unit]
        Description=Wait for kubeadm init

        [Path]
        PathChanged=/etc/kubernetes/admin.conf
        Unit=nodeforge-kube-proxy.service

        """;

    public static IEnumerable<NodeFile> Of(NodePlan node, KubernetesVersion version, EngineInformation host)
    {
        yield return NodeFile.Public($"{Units}/kubelet.service.d/30-nodeforge-by-hand.conf", Kubelet(version, host));
        if (node.Role != NodeRole.ControlPlane)
            yield break;
        yield return NodeFile.Public(Program, KubeProxyProgram);
        yield return NodeFile.Public($"{Units}/nodeforge-kube-proxy.service", KubeProxyService);
        yield return NodeFile.Public($"{Units}/nodeforge-kube-proxy.path", KubeProxyPath);
        yield return NodeFile.Link($"{Units}/multi-user.target.wants/nodeforge-kube-proxy.path", "../nodeforge-kube-proxy.path");
    }

    // In a unit file %% is a percent sign.
    private static string Kubelet(KubernetesVersion version, EngineInformation host)
    {
        List<string> flags =
        [
            KubeletConfiguration,
            "--fail-swap-on=false",
            // The disk is the host's: its other uses must not drive pods out of the node.
            "--image-gc-high-threshold=100",
            "--eviction-hard=nodefs.available<0%%,nodefs.inodesFree<0%%,imagefs.available<0%%",
        ];
        // What node images give containerd for that version. kubeadm says systemd since 1.22.
        if (!Changes.SystemdCgroupDriver.HoldsFor(version))
            flags.Add("--cgroup-driver=cgroupfs");
        // Since then it would not start there by itself.
        if (Changes.FailsOnCgroupV1.HoldsFor(version) && host.CgroupVersion == "1")
            flags.Add("--fail-cgroupv1=false");
        return $"""
            # What a kubelet in a container needs and kubeadm does not know of.
            [Service]
            Environment="KUBELET_CONFIG_ARGS={string.Join(' ', flags)}"

            """;
    }
}

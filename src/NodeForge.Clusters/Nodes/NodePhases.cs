namespace NodeForge.Clusters.Nodes;

/// <summary>Which of kubeadm's phases run when. Each of <c>kubeadm init</c> and <c>kubeadm join</c> is run in parts; together they are the
/// whole command less its checks.</summary>
/// <remarks>The preflight checks are ours: kubeadm's take seconds and know nothing of containers.</remarks>
internal static class NodePhases
{
    // With the certificates in place, "certs" checks them and makes what a newer kubeadm wants besides. "kubeconfig" would make an RSA key
    // for each
    // file that is there, only to throw it away: most of a second. Controller manager and scheduler have nothing to do until the API server
    // answers,
    // and would take the processor from it.
    internal static readonly string[] FirstControlPlane = ["certs", "etcd", "control-plane/apiserver", "kubelet-start"];

    // Nothing here needs an API server that calls itself ready, for which "wait-control-plane" would wait. "show-join-command" prints what
    // nobody reads.
    internal static readonly string[] Cluster =
    [
        "control-plane/controller-manager",
        "control-plane/scheduler",
        "upload-config",
        "upload-certs",
        "mark-control-plane",
        "bootstrap-token",
    ];

    internal const string Dns = "addon/coredns";
    internal const string Proxy = "addon/kube-proxy";

    // A worker's certificate is there already, so that kubeadm only writes its kubelet's configuration.
    internal static readonly string[] Worker = ["init", "phase", "kubelet-start"];

    // The API server's manifest waits for the next list: without an etcd of its own it would end, and the kubelet start it again later and
    // later.
    internal static readonly string[] JoinPrepared =
    [
        "control-plane-prepare/download-certs",
        "control-plane-prepare/certs",
        "kubelet-start",
        "kubelet-wait-bootstrap",
    ];

    internal static readonly string[] Joined = ["control-plane-prepare/control-plane", "check-etcd", "etcd-join", "control-plane-join"];
}

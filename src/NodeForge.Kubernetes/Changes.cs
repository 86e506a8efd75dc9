namespace NodeForge.Kubernetes;

/// <summary>What changed when, as far as node images and clusters depend on it. Code asks here and compares no versions itself.</summary>
public static class Changes
{
    /// <summary>The oldest minor version of Kubernetes 1 that a cluster can be made of.</summary>
    public const int OldestMinor = 20;

    /// <summary>The newest minor version of Kubernetes 1 that this table was written for.</summary>
    public const int NewestMinor = 37;

    public static readonly Change DualStackGate = new(
        16,
        20,
        "clusters of both address families need the feature gate IPv6DualStack",
        "KEP-563: alpha since 1.16, on by default since 1.21"
    );

    public static readonly Change AsksForDocker = new(
        20,
        23,
        "cAdvisor in the kubelet asks five times, a second apart, for a Docker daemon",
        "KEP-2221: dockershim leaves in 1.24"
    );

    public static readonly Change RuntimeAnnotation = new(
        16,
        33,
        "kubeadm keeps in an annotation of each Node where the runtime is, and asks for it when it upgrades; in a file since",
        "kubernetes#135742: kubeadm's feature NodeLocalCRISocket, alpha in 1.32, on by default since 1.34"
    );

    public static readonly Change EtcdAsksForDisk = new(
        20,
        21,
        "etcd's static pod asks for ephemeral storage, which its kubelet refuses while it starts",
        "kubernetes#99305, taken back in 1.22"
    );

    public static readonly Change ExperimentalPatches = new(
        19,
        21,
        "patches of static pods are given to kubeadm with --experimental-patches",
        "kubernetes#92017: --experimental-patches since 1.19; a field of v1beta3 since 1.22"
    );

    public static readonly Change IndexedJobs = new(
        22,
        null,
        "a Job of the completion mode Indexed gives each of its pods a number",
        "KEP-2214: alpha in 1.21, on by default since 1.22, stable since 1.24"
    );

    public static readonly Change SystemdCgroupDriver = new(
        24,
        null,
        "node images give kubelet and containerd the systemd cgroup driver; cgroupfs before",
        "kind's node images: systemd since Kubernetes 1.24"
    );

    public static readonly Change ShowJoinCommand = new(
        26,
        null,
        "kubeadm init has the phase show-join-command, which depends on bootstrap-token and upload-certs",
        "kubernetes#111512"
    );

    public static readonly Change OlderKubelets = new(
        28,
        null,
        "kubelets may be three minor versions behind their API server, two before",
        "KEP-3935"
    );

    public static readonly Change SuperAdmin = new(
        29,
        null,
        "kubeadm init keeps a second administrator's kubeconfig, super-admin.conf",
        "kubernetes#121305"
    );

    public static readonly Change NftablesProxy = new(
        29,
        null,
        "kube-proxy has the mode nftables",
        "KEP-3866: alpha in 1.29, on by default since 1.31"
    );

    public static readonly Change TcpBeLiberal = new(
        29,
        null,
        "kube-proxy can let connections live whose packets conntrack takes for invalid (conntrack.tcpBeLiberal)",
        "kubernetes#120354"
    );

    public static readonly Change NodeSelectors = new(
        32,
        null,
        "the node authorizer lets a kubelet read its own Node alone",
        "KEP-4601, feature gate AuthorizeNodeWithSelectors: on by default since 1.32"
    );

    public static readonly Change FailCgroupV1Field = new(
        31,
        null,
        "the kubelet's configuration has failCgroupV1, which says whether it runs on cgroup v1",
        "KEP-4569"
    );

    public static readonly Change EtcdJoinsBeforeTheKubelet = new(
        31,
        null,
        "kubeadm join has the phases etcd-join, kubelet-wait-bootstrap and wait-control-plane",
        "KEP-4471, feature ControlPlaneKubeletLocalMode: alpha in 1.31, on by default since 1.33"
    );

    public static readonly Change FailsOnCgroupV1 = new(
        35,
        null,
        "failCgroupV1 is true by default: a kubelet on cgroup v1 ends at once unless its configuration says false",
        "KEP-5573, kubernetes#134298; 1.37 still takes false"
    );

    public static readonly Change ContainerdTwo = new(
        37,
        null,
        "the kubelet needs a containerd of version 2 or newer",
        "KEP-4033, kubelet's CRI RuntimeConfig: containerd 1.7 is the last without it, its end was announced for 1.36"
    );

    /// <summary>All of them by name, in the order in which they came.</summary>
    public static IReadOnlyDictionary<string, Change> All { get; } =
        new Dictionary<string, Change>
        {
            [nameof(DualStackGate)] = DualStackGate,
            [nameof(RuntimeAnnotation)] = RuntimeAnnotation,
            [nameof(ExperimentalPatches)] = ExperimentalPatches,
            [nameof(AsksForDocker)] = AsksForDocker,
            [nameof(EtcdAsksForDisk)] = EtcdAsksForDisk,
            [nameof(IndexedJobs)] = IndexedJobs,
            [nameof(SystemdCgroupDriver)] = SystemdCgroupDriver,
            [nameof(ShowJoinCommand)] = ShowJoinCommand,
            [nameof(OlderKubelets)] = OlderKubelets,
            [nameof(SuperAdmin)] = SuperAdmin,
            [nameof(NftablesProxy)] = NftablesProxy,
            [nameof(TcpBeLiberal)] = TcpBeLiberal,
            [nameof(FailCgroupV1Field)] = FailCgroupV1Field,
            [nameof(EtcdJoinsBeforeTheKubelet)] = EtcdJoinsBeforeTheKubelet,
            [nameof(NodeSelectors)] = NodeSelectors,
            [nameof(FailsOnCgroupV1)] = FailsOnCgroupV1,
            [nameof(ContainerdTwo)] = ContainerdTwo,
        };
}

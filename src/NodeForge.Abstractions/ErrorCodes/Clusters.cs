namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode ClusterExists = new(
        "NF8001",
        ExitCode.Cluster,
        "A cluster of that name is there already, whole or half-made.",
        "Delete it with nodeforge delete cluster --name NAME, or choose another name."
    );

    public static readonly ErrorCode ClusterMissing = new(
        "NF8002",
        ExitCode.Cluster,
        "There is no cluster of that name on this engine.",
        "See nodeforge get clusters; DOCKER_HOST or the docker context may name another engine."
    );

    public static readonly ErrorCode NodeDied = new(
        "NF8003",
        ExitCode.Cluster,
        "A node ended while it booted.",
        "The message has its exit code and last lines; the diagnostics folder has the rest."
    );

    public static readonly ErrorCode NodeBootTimeout = new(
        "NF8004",
        ExitCode.Cluster,
        "A node's system did not come up in time.",
        "The diagnostics folder has the node's journal; a slow disk or too few inotify instances are usual causes."
    );

    public static readonly ErrorCode NodeProgramFailed = new(
        "NF8005",
        ExitCode.Cluster,
        "A program in a node failed.",
        "The message has its last lines; the diagnostics folder has the rest. --retain keeps the nodes."
    );

    public static readonly ErrorCode ApiServerTimeout = new(
        "NF8006",
        ExitCode.Cluster,
        "The API server did not answer in time.",
        "The diagnostics folder has the logs of kubelet, etcd and API server; a slow disk is the usual cause."
    );

    public static readonly ErrorCode NodesNotReady = new(
        "NF8007",
        ExitCode.Cluster,
        "Nodes did not become Ready in time.",
        "The message has each node's own reason; wait longer with --wait, or look into the diagnostics folder."
    );

    public static readonly ErrorCode NodeImageInvalid = new(
        "NF8008",
        ExitCode.Cluster,
        "An image is no node image, or not one for this machine.",
        "Build one with nodeforge build node-image, or name another with --image."
    );

    public static readonly ErrorCode KubeconfigBusy = new(
        "NF8009",
        ExitCode.Busy,
        "Another process is writing the kubeconfig.",
        "Wait for it; if none runs, remove the lock file that the message names."
    );

    public static readonly ErrorCode KubeconfigInvalid = new(
        "NF8010",
        ExitCode.Usage,
        "The kubeconfig is not one that can be extended.",
        "Fix or move the file, or write elsewhere with --kubeconfig."
    );

    public static readonly ErrorCode ClusterSubnetMissing = new(
        "NF8011",
        ExitCode.Environment,
        "No address range is free for the cluster's network.",
        "Remove networks that are not needed (docker network prune)."
    );

    public static readonly ErrorCode ClusterFileVersion = new(
        "NF8012",
        ExitCode.Usage,
        "A cluster file is of a kind or version that is not read.",
        "Write apiVersion: kind.x-k8s.io/v1alpha4 and kind: Cluster."
    );

    public static readonly ErrorCode ClusterFileValue = new(
        "NF8013",
        ExitCode.Usage,
        "A value in a cluster file is not one of those that its key takes.",
        "Use one that the message lists; docs/cluster-file.md has them all."
    );

    public static readonly ErrorCode ClusterFileConflict = new(
        "NF8014",
        ExitCode.Usage,
        "Two parts of a cluster file contradict each other.",
        "Change one of the two positions that the message names."
    );

    public static readonly ErrorCode ClusterFileUnsupported = new(
        "NF8015",
        ExitCode.Usage,
        "A cluster file asks for something that this version of NodeForge does not do.",
        "Leave the key out; docs/cluster-file.md says what is done and what is not."
    );

    public static readonly ErrorCode ClusterLeftovers = new(
        "NF8016",
        ExitCode.Cluster,
        "Parts of a cluster could not be removed.",
        "Run nodeforge delete cluster again; the message names what is left and why."
    );

    public static readonly ErrorCode ClusterName = new(
        "NF8017",
        ExitCode.Usage,
        "A cluster's name cannot be used.",
        "Lower-case letters, digits, dots and dashes; short enough that the longest node name has at most 63 characters."
    );

    public static readonly ErrorCode KubeadmPatchUnused = new(
        "NF8018",
        ExitCode.Usage,
        "A kubeadm patch of a cluster file changes nothing.",
        "Correct its kind, group or version, or leave them out; docs/cluster-file.md says which documents there are."
    );

    public static readonly ErrorCode ClusterHalfMade = new(
        "NF8030",
        ExitCode.Cluster,
        "A cluster of that name was begun and never finished: the process that made it was killed, or the engine went away.",
        "Remove what is left of it with nodeforge delete cluster --name NAME, then make it again."
    );

    public static readonly ErrorCode ClusterBusy = new(
        "NF8031",
        ExitCode.Busy,
        "Another process makes a cluster of that name at this moment.",
        "Wait for it, or choose another name with --name."
    );

    public static readonly ErrorCode KubeletEnds = new(
        "NF8050",
        ExitCode.Cluster,
        "A node's kubelet ends again and again.",
        "The message has its own words; a feature gate or a field that its version does not know is the usual cause."
    );

    public static readonly ErrorCode KubernetesUnsupported = new(
        "NF8051",
        ExitCode.Cluster,
        "The images' Kubernetes cannot make this cluster on this machine.",
        "The message says what does not fit: versions that are too far apart, too old, or a containerd or cgroup version that the kubelet refuses."
    );

    public static readonly ErrorCode PodNetworkIncomplete = new(
        "NF8052",
        ExitCode.Cluster,
        "Pods of two nodes cannot reach each other: a node has no route to another's pods.",
        "The message has what the node's pod network service said last; nodeforge export logs has the rest."
    );

    public static readonly ErrorCode NodeImageIncomplete = new(
        "NF8053",
        ExitCode.Cluster,
        "A node image lacks images that its kubeadm asks for.",
        "The node fetches them, where it has a network; name them in the node image's recipe so that it need not."
    );
}

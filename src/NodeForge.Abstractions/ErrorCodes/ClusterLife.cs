namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode NodeMissing = new(
        "NF8040",
        ExitCode.Cluster,
        "A cluster has no node of that name.",
        "See nodeforge get nodes --name CLUSTER."
    );

    public static readonly ErrorCode NodeNotRunning = new(
        "NF8041",
        ExitCode.Cluster,
        "A node that is needed does not run.",
        "Start it with nodeforge start node NAME, or the cluster with nodeforge start cluster."
    );

    public static readonly ErrorCode NodeRefusedImage = new(
        "NF8042",
        ExitCode.Cluster,
        "A node's containerd did not take an image, or has it only in part.",
        "The message has containerd's own words; a full disk is the usual cause. Load the image again."
    );

    public static readonly ErrorCode ImageWithoutName = new(
        "NF8043",
        ExitCode.Usage,
        "An image that is to be loaded into nodes has no full name, and pods could not ask for it.",
        "Give it one (docker tag, nodeforge build --tag, skopeo copy), or name it where the archive is named."
    );

    public static readonly ErrorCode NodeLogsIncomplete = new(
        "NF8044",
        ExitCode.Cluster,
        "Some of a node's logs could not be collected.",
        "The rest is in the folder; the message says what is missing and why."
    );

    public static readonly ErrorCode ClusterNotOurs = new(
        "NF8045",
        ExitCode.Cluster,
        "A cluster was made by another program, and what is asked for needs what NodeForge keeps of its own.",
        "Use the program that made it, or make the cluster with nodeforge create cluster."
    );

    public static readonly ErrorCode ControlPlaneFixed = new(
        "NF8046",
        ExitCode.Cluster,
        "A cluster's control planes cannot be changed like this: it has no load balancer, or only one is left.",
        "Make the cluster with two control planes or more; delete the cluster, not its last control plane."
    );

    public static readonly ErrorCode DrainTimeout = new(
        "NF8047",
        ExitCode.Cluster,
        "Pods did not leave a node in time.",
        "The message names them and what holds them; wait longer with --wait, or take the node away from under them with --force."
    );

    public static readonly ErrorCode EtcdMemberStuck = new(
        "NF8048",
        ExitCode.Cluster,
        "A control plane could not be taken out of etcd.",
        "Start the other control planes: etcd needs more than half of its members to change them."
    );

    public static readonly ErrorCode ApiRefused = new(
        "NF8049",
        ExitCode.Cluster,
        "The API server refused a call.",
        "The message has its own words."
    );

    public static readonly ErrorCode NodeSaysTooMuch = new(
        "NF8060",
        ExitCode.Cluster,
        "A program in a node says more than anything that is asked for has to say.",
        "Do not trust the node: create the cluster again from an image that you trust."
    );

    public static readonly ErrorCode NodeFolderTooLarge = new(
        "NF8061",
        ExitCode.Cluster,
        "A folder of a node that is read, such as /kind, has more in it than any node image puts there.",
        "Do not trust the node's image: get it from a source that you trust, or build it with nodeforge build node-image."
    );

    public static readonly ErrorCode ApiAnswerInvalid = new(
        "NF8062",
        ExitCode.Cluster,
        "The API server of a cluster answers something else than its API promises, or endlessly much.",
        "See what runs in the cluster's control plane (nodeforge export logs); create the cluster again if it is not yours."
    );

    public static readonly ErrorCode NodeProgramMissing = new(
        "NF8065",
        ExitCode.ProgramNotFound,
        "A node has no program of that name.",
        "Check the name; a shell's own words need a shell: nodeforge exec NODE -- bash -c 'COMMAND'."
    );

    public static readonly ErrorCode NodeProgramNotRunnable = new(
        "NF8066",
        ExitCode.ProgramNotRunnable,
        "A program cannot be run in a node.",
        "The message has the runtime's own words; a file that is not executable, or is for another architecture, is the usual cause."
    );

    public static readonly ErrorCode KubernetesByHand = new(
        "NF8067",
        ExitCode.Cluster,
        "A cluster was made without Kubernetes, and what is asked for changes a Kubernetes that NodeForge made.",
        "Use kubeadm in its nodes: kubeadm join for a node more, kubectl drain and kubeadm reset for one less; docs/nodes-by-hand.md."
    );

    public static readonly ErrorCode AdministratorMissing = new(
        "NF8068",
        ExitCode.Cluster,
        "A control plane has no administrator's kubeconfig.",
        "Run kubeadm init in it: nodeforge exec NODE -- kubeadm init."
    );

    public static readonly ErrorCode UpgradeSkew = new(
        "NF8070",
        ExitCode.Cluster,
        "An upgrade would leave the versions that Kubernetes lets work together.",
        "One minor version at a time, never back, control planes before workers; docs/upgrade.md."
    );

    public static readonly ErrorCode UpgradeImagesMissing = new(
        "NF8071",
        ExitCode.Cluster,
        "A node image lacks images that its own kubeadm asks for, so that the control plane would have to fetch them in the middle of an upgrade.",
        "Put them into the image's recipe: images: kubeadm pins what the release wants; build it again."
    );

    public static readonly ErrorCode NodePutBack = new(
        "NF8072",
        ExitCode.Cluster,
        "A node could not be put on another image, and runs on its old one again.",
        "The other messages say why; remove the cause and run the same command again: it goes on where it stopped."
    );

    public static readonly ErrorCode NodeNotPutBack = new(
        "NF8073",
        ExitCode.Cluster,
        "A node could not be put on another image, nor be put back on its old one.",
        "The message has the commands that put the old container back by hand."
    );

    public static readonly ErrorCode UpgradeInterrupted = new(
        "NF8074",
        ExitCode.Cluster,
        "An earlier upgrade of a node was interrupted: its old container is still there, under another name.",
        "The message has the commands that put it back, or remove it where the new one is well."
    );
}

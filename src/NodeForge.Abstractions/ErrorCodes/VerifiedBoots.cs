namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode NodeNotBooted = new(
        "NF6282",
        ExitCode.Verification,
        "A cluster of the image does not come up where there is no network but its own.",
        "What is told with it says why; the folder named there has the node's logs."
    );

    public static readonly ErrorCode BootedUnitFailed = new(
        "NF6283",
        ExitCode.Verification,
        "A unit of the booted node failed, or one that a node cannot do without does not run.",
        "Boot the image by hand, create cluster --retain, and read journalctl -u UNIT in the node."
    );

    public static readonly ErrorCode RuntimeImageMissing = new(
        "NF6284",
        ExitCode.Verification,
        "The container runtime of the booted node does not list an image that the image has preloaded.",
        "Read the log of containerd, and of the import where archives are preloaded."
    );

    public static readonly ErrorCode RuntimeImageUnpinned = new(
        "NF6285",
        ExitCode.Verification,
        "A preloaded image is not pinned in the booted node: when disks fill the kubelet removes it, and nothing brings it back.",
        "Build the image again; images that were added by hand need the label io.cri-containerd.pinned=pinned."
    );

    public static readonly ErrorCode BootedPodFailed = new(
        "NF6286",
        ExitCode.Verification,
        "A pod of the booted cluster does not run.",
        "ErrImagePull means that its image is not preloaded under just that name; for all else boot the image by hand and read the pod's log."
    );

    public static readonly ErrorCode NodeReachesOut = new(
        "NF6287",
        ExitCode.Verification,
        "The booted node looked up names, or sent packets to places, outside of its cluster.",
        "Preload what it asks for, or take out what asks: behind an air gap each such try waits for its time to run out."
    );

    public static readonly ErrorCode NodeNotHeard = new(
        "NF6288",
        ExitCode.Verification,
        "Nobody could listen to what the booted node sends, so nobody knows that it sends nothing.",
        "The listener is a Perl program in the image's own perl and iproute2; an image without them can be verified without --boot."
    );

    public static readonly ErrorCode TrialEngineElsewhere = new(
        "NF6289",
        ExitCode.Environment,
        "An image is to be booted on an engine of another machine, into whose closed network nobody reaches from here.",
        "Run verify --boot on the engine's machine."
    );
}

namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode EngineNotLinux = new(
        "NF9101",
        ExitCode.Environment,
        "The engine runs containers of another system than Linux.",
        "Switch it to Linux containers, or point DOCKER_HOST at an engine that runs them."
    );

    public static readonly ErrorCode EngineRootless = new(
        "NF9102",
        ExitCode.Environment,
        "The engine runs without root: as an error where it was not given what nodes need, as a warning otherwise.",
        "Boot with cgroup v2 and let systemd hand its controllers on (Delegate=yes), or use an engine that runs as root."
    );

    public static readonly ErrorCode CgroupsUnusable = new(
        "NF9103",
        ExitCode.Environment,
        "The machine's control groups lack what a kubelet needs.",
        "Switch the controllers on that the message names (the kernel's command line), or mount them before the engine starts."
    );

    public static readonly ErrorCode CapabilitiesWithheld = new(
        "NF9104",
        ExitCode.Environment,
        "The machine withholds capabilities that privileged containers ask for.",
        "Give the engine a runtime that does without them, as build/engine does, or run it where they are not withheld."
    );

    public static readonly ErrorCode InotifyLimits = new(
        "NF9105",
        ExitCode.Environment,
        "The limits on inotify are too low for the nodes; programs in them say \"too many open files\".",
        "Raise them with the sysctl lines that the message has."
    );

    public static readonly ErrorCode DiskTooSmall = new(
        "NF9106",
        ExitCode.Environment,
        "The disk below the engine's data root has no room for the nodes.",
        "Free space there (docker system prune), or move the engine's data root to another disk."
    );

    public static readonly ErrorCode SubnetHidesOther = new(
        "NF9107",
        ExitCode.Environment,
        "A range of the cluster has addresses that the machine or the engine uses for something else; pods cannot reach that.",
        "Give networking.podSubnet or networking.serviceSubnet a range that nobody needs to reach."
    );

    public static readonly ErrorCode OverlayMissing = new(
        "NF9108",
        ExitCode.Environment,
        "The engine or the kernel has no overlay file system.",
        "Load the module overlay, and let the engine use overlay2 on ext4 or xfs."
    );

    public static readonly ErrorCode ClockWrong = new(
        "NF9109",
        ExitCode.Environment,
        "The machine's clock cannot be right, or the engine's differs from it.",
        "Let both take the time from a server: timedatectl set-ntp true."
    );

    public static readonly ErrorCode ProxyUnsuitable = new(
        "NF9110",
        ExitCode.Environment,
        "The environment's proxies do not suit a cluster: nodes cannot reach one, or what is for the cluster goes there.",
        "Set NO_PROXY as the message says; name the proxy by an address that containers reach."
    );

    public static readonly ErrorCode IPv6Missing = new(
        "NF9111",
        ExitCode.Environment,
        "The cluster file asks for IPv6, and the machine's kernel has none.",
        "Take ipv6.disable=1 off the kernel's command line, or leave networking.ipFamily out."
    );
}

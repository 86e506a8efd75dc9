namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode RootfsNotAsLocked = new(
        "NF4202",
        ExitCode.BuildStep,
        "The root file system does not hold exactly the locked packages.",
        "Run nodeforge lock RECIPE: the lock was made by hand or for another version of the recipe."
    );

    public static readonly ErrorCode InvalidPackage = new(
        "NF4203",
        ExitCode.Verification,
        "A .deb is not in the format that deb(5) describes.",
        "Get it from another mirror; its digest is in the lock."
    );

    public static readonly ErrorCode NothingExtracted = new(
        "NF4204",
        ExitCode.Usage,
        "A glob of a container image's recipe matches no file of its packages.",
        "Correct the glob, or name the package that has the file."
    );

    public static readonly ErrorCode OutputNotAsLocked = new(
        "NF4206",
        ExitCode.Verification,
        "A build came out with another digest than the lock records.",
        "If an input changed on purpose, run nodeforge lock RECIPE --update with the part's name; otherwise the build does not reproduce on this machine: build it elsewhere too and compare the two tarballs."
    );

    public static readonly ErrorCode WrongArchitecture = new(
        "NF4207",
        ExitCode.BuildStep,
        "A program is not an executable for the image's platform.",
        "Give the tarball or folder for the platform that the message wants."
    );

    public static readonly ErrorCode VersionMismatch = new(
        "NF4208",
        ExitCode.Usage,
        "Programs of one node are of different Kubernetes versions, or not of the recipe's.",
        "Give kubeadm, kubelet and kubectl of the version that the recipe names."
    );

    public static readonly ErrorCode TarballIncomplete = new(
        "NF4209",
        ExitCode.Verification,
        "A server tarball or folder lacks a program or has a layout that is not upstream's.",
        "Give kubernetes-server-linux-ARCH.tar.gz as upstream releases it, or a folder with kubeadm, kubelet and kubectl."
    );

    public static readonly ErrorCode UnitNotFound = new(
        "NF4210",
        ExitCode.Usage,
        "A systemd unit to enable is neither in the base nor among the recipe's files, or says no target that wants it.",
        "Correct the name, or add the unit with an [Install] section."
    );

    public static readonly ErrorCode RootNeeded = new(
        "NF4211",
        ExitCode.Environment,
        "A step makes a root file system and this user may not.",
        "Run as root, or allow unprivileged user namespaces and install uidmap."
    );

    public static readonly ErrorCode EmulationMissing = new(
        "NF4213",
        ExitCode.Environment,
        "This machine does not run programs of the architecture that a root file system is for.",
        "Install qemu-user-static and binfmt-support (Debian's packages), or build on a machine of that architecture. Only base images need it: Kubernetes is cross-compiled, and a node image runs nothing."
    );

    public static readonly ErrorCode PathConflict = new(
        "NF4212",
        ExitCode.Usage,
        "A file of the recipe lies where the image has a folder, or the other way round.",
        "Choose another path."
    );

    public static readonly ErrorCode NetworkReachable = new(
        "NF4219",
        ExitCode.Environment,
        "The scripts of packages are run with this machine's network, since they cannot be given one without anybody in it.",
        "Run as root, or give this user ids of his own in /etc/subuid and /etc/subgid, on a kernel with network namespaces; or cut the machine off."
    );

    public static readonly ErrorCode ToolchainForeign = new(
        "NF4214",
        ExitCode.Environment,
        "The toolchain of a Kubernetes build is locked for another architecture than this machine's, and cannot run here.",
        "Build on a machine of that architecture, or lock the toolchain of this machine with nodeforge lock RECIPE --update NAME."
    );

    public static readonly ErrorCode ActionRecordDamaged = new(
        "NF4215",
        ExitCode.Verification,
        "A file of the cache that says what an action made is not as it was written. It was removed, and the action is done again.",
        "Nothing, where it is a warning. If it comes often, look at the disk (smartctl, the kernel's log), or at what writes to the cache."
    );

    public static readonly ErrorCode OutputNotSupported = new(
        "NF5190",
        ExitCode.Usage,
        "An output cannot be written: a registry with --offline, or an image named by a digest that it does not have yet.",
        "Leave --offline or the digest out, or write oci:DIR, oci-archive:FILE, docker-archive:FILE or docker-daemon:REF."
    );
}

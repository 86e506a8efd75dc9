namespace NodeForge;

public static partial class ErrorCodes
{
    private const string BuildAgain = "Correct the recipe and build the image again; the message names the file.";

    public static readonly ErrorCode ProgramForeign = new(
        "NF6201",
        ExitCode.Verification,
        "A program in an image is for another architecture than the image.",
        "Take the program for the image's platform; a recipe's URL has {architecture} for it."
    );

    public static readonly ErrorCode ProgramInterpreterMissing = new(
        "NF6202",
        ExitCode.Verification,
        "The loader or the interpreter that a program of an image asks for is not in the image.",
        "Add the package that has it, or take a program that is linked statically."
    );

    public static readonly ErrorCode BootContractBroken = new(
        "NF6203",
        ExitCode.Verification,
        "A node image does not start as node images do: entrypoint, stop signal or environment differ, or the entrypoint is not there.",
        "Keep what the base sets; docs/node-image.md has the contract."
    );

    public static readonly ErrorCode NodeRecordUnreadable = new(
        "NF6211",
        ExitCode.Verification,
        "A node image says nothing of itself in /usr/lib/nodeforge/image.json, or nothing that can be read.",
        "Build the image with nodeforge build node-image; what the record would be held against is not checked without it."
    );

    public static readonly ErrorCode NodeRecordContradicted = new(
        "NF6212",
        ExitCode.Verification,
        "What a node image says of itself in one place contradicts another: its record, /kind/version, its labels, its platform.",
        "Build the image again; nothing but the build writes these files."
    );

    public static readonly ErrorCode ProgramVersionDiffers = new(
        "NF6213",
        ExitCode.Verification,
        "A program in a node image is of another version than the image's record says.",
        "Build the image again from a release that has the programs of one version."
    );

    public static readonly ErrorCode ProgramDigestDiffers = new(
        "NF6214",
        ExitCode.Verification,
        "A program in a node image is not the one that the image's record names by digest.",
        "Something replaced it after the build or in a later layer: find out what, and build again."
    );

    public static readonly ErrorCode VersionsTooFarApart = new(
        "NF6215",
        ExitCode.Verification,
        "Programs of a node image are further apart in version than Kubernetes' skew policy allows.",
        "Take kubelet, kubeadm and kubectl of one release."
    );

    public static readonly ErrorCode RuntimeTooOld = new(
        "NF6216",
        ExitCode.Verification,
        "The kubelet of a node image does not run on the containerd beside it.",
        "Pin a containerd of version 2 in the recipe, or take a base that has one."
    );

    public static readonly ErrorCode VersionKnownBad = new(
        "NF6217",
        ExitCode.Verification,
        "A component of a node image is of a version that is known to be harmful.",
        "Take the version that the message names, or a later one."
    );

    public static readonly ErrorCode PackageVersionDiffers = new(
        "NF6218",
        ExitCode.Verification,
        "The package database of a node image and the image's record name different packages or versions.",
        "Build the image again; a package that was added afterwards is in no record."
    );

    public static readonly ErrorCode EnabledUnitMissing = new(
        "NF6221",
        ExitCode.Verification,
        "A unit is enabled in a node image and is not there.",
        "Add the package or file that has the unit, or take it off the recipe's systemd.enable."
    );

    public static readonly ErrorCode UnitProgramMissing = new(
        "NF6222",
        ExitCode.Verification,
        "A unit of a node image starts a program that is not there or cannot be run.",
        "Add the program with mode 0755, or correct the unit."
    );

    public static readonly ErrorCode NodeUnitDisabled = new(
        "NF6223",
        ExitCode.Verification,
        "A unit that a node cannot do without is masked or not enabled.",
        "Add it to the recipe's systemd.enable, and take it off the list of what is masked."
    );

    public static readonly ErrorCode RuntimeConfigurationInvalid = new(
        "NF6231",
        ExitCode.Verification,
        "containerd's configuration in a node image cannot be read.",
        BuildAgain
    );

    public static readonly ErrorCode RuntimeConfigurationVersion = new(
        "NF6232",
        ExitCode.Verification,
        "containerd's configuration has a version that the containerd inside does not read.",
        "Write it for the containerd of the image: version 2 for 1.6 and 1.7, 2 or 3 for 2.x, 4 from 2.3 on."
    );

    public static readonly ErrorCode RuntimeKeyIgnored = new(
        "NF6233",
        ExitCode.Verification,
        "containerd's configuration has a key or a section that the containerd inside ignores.",
        "Move it to where the message says, or take it out."
    );

    public static readonly ErrorCode RuntimeKeysContradict = new(
        "NF6234",
        ExitCode.Verification,
        "Parts of containerd's configuration exclude each other: its CRI plugin would not start, or not as meant.",
        "Keep one of the two that the message names."
    );

    public static readonly ErrorCode SandboxImageDiffers = new(
        "NF6235",
        ExitCode.Verification,
        "The sandbox image that containerd starts pods with is not the one that kubeadm and the kubelet know.",
        "Let containerd begin pods with the pause that kubeadm asks for: sandbox_image, or in a recipe its pause, which sets it."
    );

    public static readonly ErrorCode CgroupDriversDiffer = new(
        "NF6236",
        ExitCode.Verification,
        "containerd and the kubelet of a node image use different cgroup drivers: pods would not start.",
        "Set SystemdCgroup as the kubelet's version asks for it: true from Kubernetes 1.24 on."
    );

    public static readonly ErrorCode RuntimeFolderMissing = new(
        "NF6237",
        ExitCode.Verification,
        "A folder or program that containerd's configuration names is not in the node image.",
        "Add it, or correct the configuration."
    );

    public static readonly ErrorCode MachineIdLeft = new(
        "NF6241",
        ExitCode.Verification,
        "An image carries a machine id: all its nodes would be the same machine.",
        "Leave /etc/machine-id empty; each node makes its own at its first boot."
    );

    public static readonly ErrorCode PrivateKeyLeft = new(
        "NF6242",
        ExitCode.Verification,
        "An image carries a private key.",
        "Take it out and do not use it any more: whoever has the image has the key."
    );

    public static readonly ErrorCode LogLeft = new(
        "NF6243",
        ExitCode.Verification,
        "An image carries logs of its own making.",
        "Take them out in the recipe's exclude: they differ from one build to the next, and reveal the machine that built."
    );

    public static readonly ErrorCode PackageListsLeft = new(
        "NF6244",
        ExitCode.Verification,
        "An image carries package lists, package archives or caches.",
        "Take them out in the recipe's exclude: they are old the day after, and large."
    );

    public static readonly ErrorCode BuildTraceLeft = new(
        "NF6245",
        ExitCode.Verification,
        "An image carries something that the machine has left which built it.",
        "Take it out in the recipe's exclude."
    );

    public static readonly ErrorCode SetuidUnlisted = new(
        "NF6251",
        ExitCode.Verification,
        "A program of an image takes the rights of its owner or group, and is none of those that Debian ships so.",
        "Take the bit off, or take the program out; if it has to be so, say so to whoever asks for the image."
    );

    public static readonly ErrorCode CapabilityUnlisted = new(
        "NF6252",
        ExitCode.Verification,
        "A program of an image carries capabilities that are on no list.",
        "Take security.capability off the file, or take the program out."
    );

    public static readonly ErrorCode PodPathClosed = new(
        "NF6253",
        ExitCode.Verification,
        "A folder on the way to what pods need cannot be entered by everybody.",
        "Give it mode 0755 where the image is made."
    );

    public static readonly ErrorCode ImagesDiffer = new(
        "NF6281",
        ExitCode.Verification,
        "Two images that should be the same are not.",
        "nodeforge diff A B shows the first difference of each layer, down to the byte."
    );

    public static readonly ErrorCode RecipeDiffers = new(
        "NF6291",
        ExitCode.Verification,
        "An image is not the one that a recipe and its lock describe.",
        "Take the recipe, its lock and its parameters as they were when the image was built; verify --rebuild shows what differs."
    );
}

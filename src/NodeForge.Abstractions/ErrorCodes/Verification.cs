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
        "Give pause in the recipe's images the name that kubeadm asks for; the build writes it into node.env."
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
        "Give it mode 0755 in the recipe."
    );

    public static readonly ErrorCode ClosureImageMissing = new(
        "NF6261",
        ExitCode.Verification,
        "A cluster made from a node image can ask for an image that is not preloaded.",
        "Add it to the recipe's images under just this name, or take out what asks for it; build node-image --allow-open-closure makes the image all the same, and the image says so."
    );

    public static readonly ErrorCode ClosureImageDiffers = new(
        "NF6262",
        ExitCode.Verification,
        "A name in a node's store stands for another image than the image's record says.",
        "Build the image again; the record and the store are written by one build."
    );

    public static readonly ErrorCode StoreBlobDamaged = new(
        "NF6263",
        ExitCode.Verification,
        "A blob of a preloaded image is not what its name says.",
        "Build the image again; if it stays so, look for what changes bytes on the way: disk, memory, proxy."
    );

    public static readonly ErrorCode StoreBlobCut = new(
        "NF6264",
        ExitCode.Verification,
        "A blob of a preloaded image has another length than the image's documents or containerd's records say.",
        "Build the image again."
    );

    public static readonly ErrorCode StoreBlobMissing = new(
        "NF6265",
        ExitCode.Verification,
        "A blob of a preloaded image is not there, or containerd has no record of it and would delete it.",
        "Build the image again."
    );

    public static readonly ErrorCode StorePlatformMissing = new(
        "NF6266",
        ExitCode.Verification,
        "A preloaded image is for another platform than the node.",
        "Preload an image that has the node's platform."
    );

    public static readonly ErrorCode ClosureOtherTag = new(
        "NF6267",
        ExitCode.Verification,
        "A cluster made from a node image asks for an image by a tag that is not preloaded; the same repository is there under another one.",
        "Preload the image of the tag that is asked for, or correct what asks; build node-image --allow-open-closure makes the image all the same, and the image says so."
    );

    public static readonly ErrorCode StoreLabelMissing = new(
        "NF6268",
        ExitCode.Verification,
        "containerd's records lack a label that keeps a blob: its first garbage collection would delete the blob.",
        "Build the image again; images that were added by hand have to be imported by containerd."
    );

    public static readonly ErrorCode StoreDocumentUnreadable = new(
        "NF6269",
        ExitCode.Verification,
        "The manifest, index or config of a preloaded image cannot be read.",
        "Preload the image again from a source that has it whole."
    );

    public static readonly ErrorCode StoreMissing = new(
        "NF6270",
        ExitCode.Verification,
        "A node image has neither containerd's records nor archives of images: nothing is preloaded.",
        "Write preload: content-store into the recipe, and images."
    );

    public static readonly ErrorCode StoreNameMissing = new(
        "NF6271",
        ExitCode.Verification,
        "A preloaded image lacks one of the three names under which the CRI looks it up.",
        "Build the image again; containerd writes the name at its start, in time that each node loses."
    );

    public static readonly ErrorCode ImagesDiffer = new(
        "NF6281",
        ExitCode.Verification,
        "Two images that should be the same are not.",
        "nodeforge diff A B shows the first difference of each layer, down to the byte."
    );

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

    public static readonly ErrorCode RecipeDiffers = new(
        "NF6291",
        ExitCode.Verification,
        "An image is not the one that a recipe and its lock describe.",
        "Take the recipe, its lock and its parameters as they were when the image was built; verify --rebuild shows what differs."
    );
}

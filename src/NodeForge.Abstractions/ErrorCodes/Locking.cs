namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode DebianMirrorUnknown = new(
        "NF2101",
        ExitCode.Environment,
        "No mirror of Debian's archive is known.",
        "Name one in NODEFORGE_DEBIAN_MIRROR (and NODEFORGE_DEBIAN_SECURITY_MIRROR), or in the machine's apt sources."
    );

    public static readonly ErrorCode ArchiveSignatureInvalid = new(
        "NF2102",
        ExitCode.Verification,
        "The signature of a Debian suite is missing, or is not by a key of the keyring.",
        "Install or update debian-archive-keyring, name the right keyring in the recipe, or distrust the mirror."
    );

    public static readonly ErrorCode ArchiveIndexUnavailable = new(
        "NF2103",
        ExitCode.Network,
        "The package index of a Debian suite cannot be had from the mirror.",
        "Check the suite's name and the mirror; run again if the mirror was being updated."
    );

    public static readonly ErrorCode PackageNotInSuite = new(
        "NF2104",
        ExitCode.Usage,
        "A Debian suite has no such package for this architecture.",
        "Correct the name in the recipe, or choose a suite or component that has it."
    );

    public static readonly ErrorCode PackagesUnsatisfiable = new(
        "NF2105",
        ExitCode.Usage,
        "The packages of a recipe cannot be installed together.",
        "Take out one of the packages that the message names, or run nodeforge lock RECIPE --update all."
    );

    public static readonly ErrorCode UpdateNameUnknown = new(
        "NF2106",
        ExitCode.Usage,
        "nodeforge lock --update names something that the lock does not have.",
        "Name a package, file, image or recipe of the lock, or all."
    );

    public static readonly ErrorCode WeakHash = new(
        "NF2107",
        ExitCode.Verification,
        "An index has no SHA-256 for a file.",
        "Use an archive whose indexes carry SHA-256; MD5 and SHA-1 prove nothing."
    );

    public static readonly ErrorCode KeyringMissing = new(
        "NF2108",
        ExitCode.Environment,
        "The keyring that the archive's signature is checked with is not there.",
        "Install debian-archive-keyring, or name the keyring in the recipe."
    );

    public static readonly ErrorCode SnapshotMirrorUnknown = new(
        "NF2109",
        ExitCode.Environment,
        "A recipe or a lock asks for a snapshot of Debian's archive, and no snapshot mirror is known.",
        "Name one in NODEFORGE_DEBIAN_SNAPSHOT_MIRROR: an address with {archive} (debian, debian-security) and {timestamp}, or the one that they follow."
    );

    public static readonly ErrorCode ChecksumFileDisagrees = new(
        "NF2110",
        ExitCode.Verification,
        "A file is not what its checksum file says.",
        "Run again; if it stays so, the server was changed in one place only: distrust it."
    );

    public static readonly ErrorCode InvalidEpoch = new(
        "NF2111",
        ExitCode.Usage,
        "SOURCE_DATE_EPOCH is not a number of seconds since 1970.",
        "Unset it, or set it to whole seconds, such as $(git log -1 --format=%ct)."
    );

    public static readonly ErrorCode InvalidAddress = new(
        "NF2112",
        ExitCode.Usage,
        "An address is not one that can be fetched.",
        "Write an absolute http:// or https:// address."
    );

    public static readonly ErrorCode ArchiveEntryInvalid = new(
        "NF2007",
        ExitCode.Verification,
        "An archive's index describes a package in a form that Debian's policy does not have.",
        "Use another mirror; if it stays so, distrust the archive."
    );

    public static readonly ErrorCode RepositoryBusy = new(
        "NF2113",
        ExitCode.Busy,
        "Another process is resolving packages in the same cache.",
        "Wait for the process that the message names."
    );

    public static readonly ErrorCode KubeadmImagesUnknown = new(
        "NF2114",
        ExitCode.Usage,
        "A recipe leaves images to kubeadm, which cannot be run here, and its version is not on record.",
        "Lock on a machine of the node's architecture, or name etcd, CoreDNS and pause one by one."
    );

    public static readonly ErrorCode NodeLacksImages = new(
        "NF2115",
        ExitCode.Usage,
        "A node recipe preloads no image of the name that the kubeadm of its version asks for.",
        "Write {kubeadm: true} into images, or give an image that name as a tag; {kubeadm: false} says that it differs on purpose."
    );

    public static readonly ErrorCode NodeLacksDns = new(
        "NF2116",
        ExitCode.Usage,
        "A node recipe preloads no CoreDNS: clusters from the image are made without the add-on.",
        "Write {kubeadm: true} into images to have it."
    );

    public static readonly ErrorCode KubeadmNotAsked = new(
        "NF2117",
        ExitCode.Environment,
        "The kubeadm of a release could not be asked which images it wants; what is on record for its version stands in.",
        "Lock on a machine of the node's architecture, whose cache folder lies where programs may run."
    );

    public static readonly ErrorCode ChecksumMissing = new(
        "NF2118",
        ExitCode.Verification,
        "The checksum file that a recipe names for a file cannot be had, or has no line for it.",
        "Check the address in the recipe and the network; leave checksums out only where nobody publishes any."
    );

    public static readonly ErrorCode ContainerdTooOld = new(
        "NF2119",
        ExitCode.Usage,
        "A node recipe has a Kubernetes whose kubelet does not run on its containerd.",
        "Pin a containerd of version 2 in the recipe, as recipes/node/upstream.yaml does, or take a base that has one."
    );
}

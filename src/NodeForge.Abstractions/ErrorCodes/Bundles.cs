namespace NodeForge;

public static partial class ErrorCodes
{
    private const string CopyAgain =
        "Copy the volume that the message names again, from where the bundle was made; the others are not touched.";

    public static readonly ErrorCode NotABundle = new(
        "NF6400",
        ExitCode.Verification,
        "A file is no bundle.",
        "Name a file that nodeforge bundle create wrote; of one in volumes the common name, or the first volume."
    );

    public static readonly ErrorCode BundleVersionUnknown = new(
        "NF6401",
        ExitCode.Verification,
        "A bundle is of a version that this program does not read.",
        "Use a nodeforge as new as the one that made the bundle."
    );

    public static readonly ErrorCode BundleHeaderDamaged = new(
        "NF6402",
        ExitCode.Verification,
        "The header of a bundle's volume is damaged.",
        CopyAgain
    );

    public static readonly ErrorCode BundleVolumeMissing = new(
        "NF6403",
        ExitCode.Verification,
        "A volume of a bundle is not there.",
        "Copy it beside the others, under its name."
    );

    public static readonly ErrorCode BundleVolumeForeign = new(
        "NF6404",
        ExitCode.Verification,
        "A volume belongs to another bundle, or to the same one cut in another way.",
        "Copy the volume of this bundle in its place; what is left of another can be removed."
    );

    public static readonly ErrorCode BundleVolumeMisplaced = new(
        "NF6405",
        ExitCode.Verification,
        "A volume of a bundle lies under the name of another one.",
        "Give it the name of its number, or copy both again."
    );

    public static readonly ErrorCode BundleVolumeCut = new(
        "NF6406",
        ExitCode.Verification,
        "A volume of a bundle ends too early, or goes on after its end.",
        CopyAgain
    );

    public static readonly ErrorCode BundleDirectoryDamaged = new(
        "NF6407",
        ExitCode.Verification,
        "The directory at the end of a bundle's volume is damaged.",
        CopyAgain
    );

    public static readonly ErrorCode BundleRecordDamaged = new(
        "NF6408",
        ExitCode.Verification,
        "A stretch of a bundle's volume is damaged.",
        CopyAgain
    );

    public static readonly ErrorCode BundleBlobDamaged = new(
        "NF6409",
        ExitCode.Verification,
        "A blob of a bundle is not whole, or not what its name says, though no byte was changed since it was written.",
        "Make the bundle again; one from elsewhere was not made by nodeforge, or to deceive."
    );

    public static readonly ErrorCode BundleInvalid = new(
        "NF6410",
        ExitCode.Verification,
        "A bundle contradicts itself, or asks for more than a bundle may.",
        "Get it again from a source that you trust; nodeforge does not write such bundles."
    );

    public static readonly ErrorCode BundleVolumeSize = new(
        "NF6411",
        ExitCode.Usage,
        "A size for volumes cannot be used.",
        "Write a number and a unit, at least 16MiB: 700MB, 4GiB."
    );

    public static readonly ErrorCode BundleContentRefused = new(
        "NF6412",
        ExitCode.Usage,
        "What is to be bundled cannot be: nothing, one name for two things, or two cluster files.",
        "Give each file a name of its own, and name at least one image."
    );

    public static readonly ErrorCode BundleImageNotPlaced = new(
        "NF6413",
        ExitCode.Usage,
        "It is not said where an image of a bundle is to go, or one place is named for several images.",
        "Name one image with bundle load FILE --image NAME, or a place for all: docker-daemon: for the engine, docker://HOST/ for a registry, oci:DIR for a layout."
    );

    public static readonly ErrorCode BundleLacksNodeImage = new(
        "NF6414",
        ExitCode.Verification,
        "A bundle has no node image for this machine, or several and none was named.",
        "Name one of those that the message lists with --image."
    );

    public static readonly ErrorCode BundleIsDelta = new(
        "NF6415",
        ExitCode.Verification,
        "A bundle carries only what another one lacks, and cannot be used without it.",
        "Make the whole bundle of the one that is there and the delta: nodeforge bundle apply OLD DELTA --output NEW."
    );

    public static readonly ErrorCode BundleIsNoDelta = new(
        "NF6416",
        ExitCode.Usage,
        "A whole bundle stands where a delta should.",
        "Name the bundle that is there first, then the deltas; a whole bundle needs neither."
    );

    public static readonly ErrorCode BundleUnsigned = new(
        "NF6480",
        ExitCode.Verification,
        "A bundle is not signed, and the policy of this machine asks for it.",
        "Carry the file that ends in .sigstore.json beside the bundle, or have the bundle signed with nodeforge bundle sign."
    );

    public static readonly ErrorCode BundleSignatureOfOtherKey = new(
        "NF6481",
        ExitCode.Verification,
        "A bundle is signed, and by none of the keys that this machine trusts.",
        "Ask the publisher for the right key by another way than the one that the bundle came, and name it in the policy."
    );

    public static readonly ErrorCode BundleExpired = new(
        "NF6482",
        ExitCode.Verification,
        "A bundle has expired.",
        "Get a newer bundle; look at this machine's clock, too. A policy with expiry: ignore lets it pass."
    );

    public static readonly ErrorCode BundleChanged = new(
        "NF6483",
        ExitCode.Verification,
        "A bundle is not the one that was signed, or its signature was changed.",
        "Do not use it; copy the bundle and its signature again, from where they were made."
    );

    public static readonly ErrorCode BundleOlder = new(
        "NF6484",
        ExitCode.Verification,
        "A bundle is older than one that was installed on this machine.",
        "Get the newest one; where an older one is meant, say so with --allow-older."
    );

    public static readonly ErrorCode BundlePolicyInvalid = new(
        "NF6485",
        ExitCode.Usage,
        "A policy of trusted keys cannot be read.",
        "Write a list of public keys under keys:, and expiry: enforce or ignore; docs/bundle.md shows one."
    );

    public static readonly ErrorCode BundleSeriesInvalid = new(
        "NF6486",
        ExitCode.Usage,
        "A bundle cannot be signed as it is asked: a name of a series, a number or a time that none is.",
        "Write --series in lower-case letters, digits, dots and dashes, --sequence as a number from 0, --expires as 2027-12-31."
    );
}

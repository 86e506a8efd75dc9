namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode MatrixSelection = new(
        "NF7001",
        ExitCode.Usage,
        "An exclude or an include of a matrix changes nothing, or nothing is left of it.",
        "Write the values as the axes have them; nodeforge matrix plan lists the cells."
    );

    public static readonly ErrorCode MatrixTooLarge = new(
        "NF7002",
        ExitCode.Usage,
        "A matrix has more cells than anybody builds.",
        "Take values or recipes out, or write two matrices."
    );

    public static readonly ErrorCode MatrixNames = new(
        "NF7003",
        ExitCode.Usage,
        "Two images of a matrix have one name, or would be written to one place.",
        "Put a parameter into the recipe's name, name: node-${version}, and {image} into each output."
    );

    public static readonly ErrorCode MatrixCellUnknown = new(
        "NF7004",
        ExitCode.Usage,
        "A matrix has no such cell.",
        "Write IMAGE:PLATFORM, or its number from 0, as nodeforge matrix plan lists them."
    );

    public static readonly ErrorCode MatrixNotPortable = new(
        "NF7005",
        ExitCode.Usage,
        "A matrix cannot be built by a cluster: its files are too large to be carried there, or its images would stay in a pod.",
        "Name tarballs and source trees by address instead of by path, and send images to a registry."
    );

    public static readonly ErrorCode MatrixJobsUnreadable = new(
        "NF7006",
        ExitCode.Usage,
        "What should be a list of Jobs is none.",
        "Give what kubectl get jobs --namespace NAMESPACE --output json prints."
    );

    public static readonly ErrorCode MatrixJobsMissing = new(
        "NF7007",
        ExitCode.Usage,
        "A list of Jobs has none of this matrix.",
        "Apply what nodeforge matrix emit kubernetes wrote, and ask in its namespace."
    );

    public static readonly ErrorCode SharedCachePlace = new(
        "NF7010",
        ExitCode.Usage,
        "A shared cache is not named by a repository of a registry, or no connection may be opened.",
        "Write docker://HOST/REPOSITORY without a tag, and leave --offline out."
    );

    public static readonly ErrorCode SharedCacheUnavailable = new(
        "NF7011",
        ExitCode.Network,
        "A shared cache does not answer, or refuses; the build goes on without it.",
        "Check the registry, the network and the right to pull or push the repository."
    );

    public static readonly ErrorCode SharedCacheEntry = new(
        "NF7012",
        ExitCode.Verification,
        "An entry of a shared cache is not what its key, its digests and its diff IDs say; it was not used.",
        "What it stands for is made here; find out who writes to the repository if it comes again."
    );

    public static readonly ErrorCode SharedCacheLacks = new(
        "NF7014",
        ExitCode.Busy,
        "The shared cache does not have a layer or step yet, and nothing is made here.",
        "Wait until the cells are built, or build without --cache-only."
    );

    public static readonly ErrorCode NoLocksToKeep = new(
        "NF7020",
        ExitCode.Usage,
        "A cache would be pruned of what somebody needs: there is no lock to keep, or no build of one is known on this machine.",
        "Name the folder of the locks, and build what they lock here once."
    );

    public static readonly ErrorCode MatrixAuthoritiesUnreadable = new(
        "NF7021",
        ExitCode.Usage,
        "A file that should have certificates of authorities in PEM has none, or one that cannot be read.",
        "Give the certificate that the registry's own is signed by, in PEM."
    );

    public static readonly ErrorCode SharedCacheDiffers = new(
        "NF7013",
        ExitCode.Verification,
        "Two machines made different things of the same inputs; the entry that was there stays.",
        "Compare the images with nodeforge diff: something of one of the machines got into a layer."
    );
}

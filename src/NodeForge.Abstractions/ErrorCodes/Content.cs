namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode BlobMissing = new(
        "NF5001",
        ExitCode.Verification,
        "Content that a document names is not where it should be.",
        "Fetch or build again; what is missing is remade. In an archive or layout from elsewhere: get a whole one."
    );

    public static readonly ErrorCode DigestMismatch = new(
        "NF5002",
        ExitCode.Verification,
        "Bytes do not have the digest or the size that they were asked by.",
        "Get the content again from a source that you trust; if it changed on purpose, take the new digest with nodeforge lock RECIPE --update NAME."
    );

    public static readonly ErrorCode ContentTooLarge = new(
        "NF5003",
        ExitCode.Verification,
        "A document is larger than documents of its kind may be, so it is not read into memory.",
        "Check where it comes from: manifests and configurations are a few kilobytes."
    );

    public static readonly ErrorCode CachedContentDamaged = new(
        "NF4113",
        ExitCode.Verification,
        "Content of the cache is not what its name says: a disk, a copy or a hand has changed it. It was removed, and is made or fetched again.",
        "Nothing, where it is a warning. If it comes often, look at the disk (smartctl, the kernel's log), or at what writes to the cache."
    );

    public static readonly ErrorCode CacheUnreliable = new(
        "NF4114",
        ExitCode.Environment,
        "Content of the cache was damaged, rebuilt, and is damaged again: what this machine reads is not what was written.",
        "Look at the disk and the memory (smartctl, memtester), and build with --cache on another disk."
    );
}

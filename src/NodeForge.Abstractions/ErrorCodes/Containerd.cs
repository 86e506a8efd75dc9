namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode BoltNotADatabase = new(
        "NF6101",
        ExitCode.Verification,
        "A file is no bbolt database of format version 2: neither of its two meta pages is valid.",
        "Check that the path names containerd's meta.db or another bbolt file, and that it was copied whole."
    );

    public static readonly ErrorCode BoltTruncated = new(
        "NF6102",
        ExitCode.Verification,
        "A bbolt file ends before the pages that it counts.",
        "Copy the file again while its owner is stopped; what is missing cannot be rebuilt."
    );

    public static readonly ErrorCode BoltPageInvalid = new(
        "NF6103",
        ExitCode.Verification,
        "A page of a bbolt file is not what its place in the tree asks for.",
        "The file is damaged: take a copy from before, or build it again."
    );

    public static readonly ErrorCode BoltElementInvalid = new(
        "NF6104",
        ExitCode.Verification,
        "An element of a bbolt page points outside of its page, over another element, or has a size that the format forbids.",
        "The file is damaged: take a copy from before, or build it again."
    );

    public static readonly ErrorCode BoltKeysUnordered = new(
        "NF6105",
        ExitCode.Verification,
        "Keys of a bbolt bucket are not in strictly ascending order, within a page or across pages.",
        "The file is damaged: take a copy from before, or build it again."
    );

    public static readonly ErrorCode BoltPageShared = new(
        "NF6106",
        ExitCode.Verification,
        "A page of a bbolt file is reached more than once: pages overlap or form a cycle.",
        "The file is damaged: take a copy from before, or build it again."
    );

    public static readonly ErrorCode BoltTooDeep = new(
        "NF6107",
        ExitCode.Verification,
        "Buckets or branch pages of a bbolt file are nested deeper than any program nests them.",
        "The file is damaged or made to harm: do not use it."
    );

    public static readonly ErrorCode BoltFreelistInvalid = new(
        "NF6108",
        ExitCode.Verification,
        "The freelist of a bbolt file contradicts its tree: a page is used and free, neither, or freed twice.",
        "The file is damaged: its owner would overwrite data. Take a copy from before, or build it again."
    );

    public static readonly ErrorCode MetadataVersionUnknown = new(
        "NF6121",
        ExitCode.Verification,
        "A containerd metadata database has a schema that is not known here.",
        "Known are schema v1, versions 3 (containerd 1.5 to 1.7) and 4 (2.x)."
    );

    public static readonly ErrorCode MetadataRecordInvalid = new(
        "NF6122",
        ExitCode.Verification,
        "A record of a containerd metadata database lacks a field or holds one that cannot be read.",
        "The message names the record's buckets; remove the record with ctr, or build the database again."
    );

    public static readonly ErrorCode PreloadNameRefused = new(
        "NF6131",
        ExitCode.Usage,
        "An image cannot be preloaded under this name: containerd's CRI would refuse it or never look for it.",
        "Use [registry[:port]/]path[:tag] or path@sha256:<digest>, path in lower case."
    );

    public static readonly ErrorCode PreloadNamesCollide = new(
        "NF6132",
        ExitCode.Usage,
        "Two different images ask for the same name in one store.",
        "Give one of them another tag, or preload only one of them."
    );

    public static readonly ErrorCode PreloadContentMismatch = new(
        "NF6133",
        ExitCode.Verification,
        "The documents and blobs of an image to be preloaded contradict each other.",
        "Get the image again from a source that you trust; the message names the image and the blob."
    );

    public static readonly ErrorCode PreloadPlatformMissing = new(
        "NF6134",
        ExitCode.Verification,
        "An image to be preloaded is not for the node's platform.",
        "Preload an image that has the platform, or build the node for another one."
    );

    public static readonly ErrorCode PreloadLabelTooLong = new(
        "NF6135",
        ExitCode.Usage,
        "A label of an image or of its content is longer than the 4096 bytes that containerd takes for key and value together.",
        "Shorten the names or leave out sources; the message names the image and the label."
    );

    public static readonly ErrorCode PreloadDocumentInvalid = new(
        "NF6136",
        ExitCode.Verification,
        "The manifest, index or config of an image to be preloaded cannot be read.",
        "Get the image again; if it is an artifact of another kind, it cannot be preloaded."
    );

    public static readonly ErrorCode PreloadBlobMissing = new(
        "NF6137",
        ExitCode.Verification,
        "A blob of an image to be preloaded is absent, or has another size than its descriptor says.",
        "Fetch or build again, or get a whole archive; the message names the image and the blob."
    );

    public static readonly ErrorCode PreloadDigestChanges = new(
        "NF6138",
        ExitCode.Usage,
        "An image that is known by its digest is to be preloaded with uncompressed layers, which gives it another digest.",
        "Give the image tags in the recipe, or write preload: {method: content-store, layers: kept}."
    );
}

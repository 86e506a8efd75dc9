namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode InvalidImageReference = new(
        "NF5101",
        ExitCode.Usage,
        "An image reference cannot be understood.",
        "Write it as [REGISTRY/]REPOSITORY[:TAG][@sha256:DIGEST]; repositories are lower case."
    );

    public static readonly ErrorCode InvalidImageTransport = new(
        "NF5102",
        ExitCode.Usage,
        "The place of an image cannot be understood.",
        "Write oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], bundle:FILE[#IMAGE], docker-daemon:REF or docker://REF."
    );

    public static readonly ErrorCode NotAnImageLayout = new(
        "NF5103",
        ExitCode.Verification,
        "A folder or archive is no OCI image layout of version 1.",
        "Name the folder that holds oci-layout and index.json, or get a whole copy."
    );

    public static readonly ErrorCode NotAnImageArchive = new(
        "NF5104",
        ExitCode.Verification,
        "A file is no image archive, or not of the kind that was named.",
        "Name an archive that docker save, skopeo copy or nodeforge wrote, with its own transport."
    );

    public static readonly ErrorCode ImageArchiveEntryRefused = new(
        "NF5105",
        ExitCode.Verification,
        "An image archive has an entry that no well-meant archive has: twice the same name, a path that climbs, a link that leaves.",
        "Get the archive from a source that you trust, or write it again with skopeo copy."
    );

    public static readonly ErrorCode InvalidImageDocument = new(
        "NF5106",
        ExitCode.Verification,
        "A manifest, index or image config is not what the specification says.",
        "Get the image again from a source that you trust; the message names the document and the rule."
    );

    public static readonly ErrorCode ImageBlobMissing = new(
        "NF5107",
        ExitCode.Verification,
        "An image names a blob that its layout or archive does not have.",
        "Get a whole copy: the one at hand was cut, thinned out or never finished."
    );

    public static readonly ErrorCode ImageBlobMismatch = new(
        "NF5108",
        ExitCode.Verification,
        "A blob of a layout or archive does not have the digest or the size that the image names.",
        "Get the image again from a source that you trust; nothing of it was taken."
    );

    public static readonly ErrorCode PlatformMissing = new(
        "NF5109",
        ExitCode.Verification,
        "An image is not there for the platform that was asked for.",
        "Ask for one of the platforms that the message lists, or get the image for yours."
    );

    public static readonly ErrorCode ImageNotFound = new(
        "NF5110",
        ExitCode.Verification,
        "A layout or archive has no image of that name, or several and none was named.",
        "Name one of those that the message lists."
    );

    public static readonly ErrorCode ImageNameCollision = new(
        "NF5111",
        ExitCode.Verification,
        "One name stands for two different images.",
        "Give each image a name of its own."
    );

    public static readonly ErrorCode DiffIdMismatch = new(
        "NF5112",
        ExitCode.Verification,
        "A layer's content is not what the image config says: another diff ID, or another number of layers.",
        "Get the image again from a source that you trust, or build it again."
    );

    public static readonly ErrorCode LayerNotLoadable = new(
        "NF5113",
        ExitCode.Usage,
        "A docker-archive carries plain and gzip layers only: docker 20.10 cannot load others.",
        "Build with gzip layers, or write oci-archive instead."
    );

    public static readonly ErrorCode OutputInUse = new(
        "NF5115",
        ExitCode.Usage,
        "The folder for an image layout holds other things already.",
        "Name a new or empty folder, or one that is an image layout."
    );

    public static readonly ErrorCode LayerMediaTypeMismatch = new(
        "NF5116",
        ExitCode.Verification,
        "A layer's bytes are not of its media type.",
        "Build or get the image again: engines choose the decoder by the media type."
    );

    public static readonly ErrorCode LayerUnreadable = new(
        "NF5117",
        ExitCode.Verification,
        "A layer's archive cannot be read to its end.",
        "Get the image again from a source that you trust, or build it again."
    );

    public static readonly ErrorCode LayerPathRepeated = new(
        "NF5118",
        ExitCode.Verification,
        "A layer has two entries of one path; engines disagree about which of them counts.",
        "Build the layer again with each path once."
    );
}

namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode ClosureImageMissing = new(
        "NF6261",
        ExitCode.Verification,
        "A cluster made from a node image can ask for an image that is not preloaded.",
        "Preload it under just this name (in a recipe under images), or take out what asks for it; build node-image --allow-open-closure makes the image all the same, and the image says so."
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
}

namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode ArchiveTruncated = new(
        "NF4101",
        ExitCode.Verification,
        "An archive ends in the middle.",
        "Get the archive again: the message names the byte at which it stops and the entry that is cut."
    );

    public static readonly ErrorCode ArchiveHeaderInvalid = new(
        "NF4102",
        ExitCode.Verification,
        "A header of a tar archive cannot be right: its checksum, a number or its form.",
        "Get the archive again from a source that you trust, or have it remade with GNU tar."
    );

    public static readonly ErrorCode ArchiveExtensionInvalid = new(
        "NF4103",
        ExitCode.Verification,
        "An extended header of a tar archive (PAX record, GNU long name) contradicts itself, its entry or its limits.",
        "Do not trust the archive: parsers would disagree about what is in it. Have it remade with GNU tar."
    );

    public static readonly ErrorCode ArchiveNameRefused = new(
        "NF4104",
        ExitCode.Verification,
        "The name of an archive entry is empty, too long, too deep, or leads out of the archive.",
        "Have the archive remade from inside the folder that it packs: tar -C FOLDER -c ."
    );

    public static readonly ErrorCode ArchiveEntryUnsupported = new(
        "NF4105",
        ExitCode.Verification,
        "An archive entry is of a kind that no image layer has: sparse, multi-volume, or unknown.",
        "Have the archive remade without it; for sparse files: tar without --sparse."
    );

    public static readonly ErrorCode ArchiveEndInvalid = new(
        "NF4106",
        ExitCode.Verification,
        "An archive does not end as it should: no end marker, or other bytes after it.",
        "Get the archive again: a download that was cut between two entries looks like this."
    );

    public static readonly ErrorCode ArchiveEntryRefused = new(
        "NF4107",
        ExitCode.Verification,
        "An archive that may hold only files, folders and links within holds something else.",
        "Check where the archive comes from; program archives have no devices, no links that lead out and no path twice."
    );

    public static readonly ErrorCode ArchiveTooLarge = new(
        "NF4108",
        ExitCode.Verification,
        "An archive unpacks to more than its limit.",
        "If the archive is meant to be so large, raise the limit that the message names; else do not trust it."
    );

    public static readonly ErrorCode LayerEntryInvalid = new(
        "NF4110",
        ExitCode.BuildStep,
        "An entry cannot be part of a layer: its path, its link, its attributes or its place are not possible in a file system.",
        "Fix the source that the entry comes from; the message names the entry."
    );

    public static readonly ErrorCode LayerPathTwice = new(
        "NF4111",
        ExitCode.BuildStep,
        "Two entries of one layer have the same path.",
        "Take one of the two out of the recipe."
    );

    public static readonly ErrorCode LayerContentChanged = new(
        "NF4112",
        ExitCode.BuildStep,
        "A file that goes into a layer is shorter or longer than it was when the layer was planned.",
        "Let nothing write to the sources while a build runs, and run it again."
    );

    public static readonly ErrorCode CompressionMismatch = new(
        "NF4120",
        ExitCode.Verification,
        "The bytes are not compressed as their media type or name says.",
        "Get the content again; a page of a web server instead of an archive looks like this, too."
    );

    public static readonly ErrorCode CompressedDataInvalid = new(
        "NF4121",
        ExitCode.Verification,
        "Compressed bytes cannot be unpacked: cut, damaged, or followed by others.",
        "Get the content again from a source that you trust."
    );

    public static readonly ErrorCode CompressionLibraryMissing = new(
        "NF4122",
        ExitCode.Environment,
        "A compression library of the system is not installed.",
        "Install the package that the message names: libzstd1, liblzma5 or zlib1g on Debian and Ubuntu."
    );

    public static readonly ErrorCode ImageTreeTooLarge = new(
        "NF4123",
        ExitCode.Verification,
        "The layers of an image have more names, or deeper ones, than are held in memory, or take too long to lay over each other.",
        "Do not trust the image: no real one comes near the limits that the message names. Get it again, or have it made with fewer files."
    );

    public static readonly ErrorCode ImageFileTooLong = new(
        "NF4124",
        ExitCode.Verification,
        "A file out of an image or a package that is read whole, such as a unit of systemd, is longer than any real one.",
        "Do not trust where it comes from; take the file out, or replace it by one of the recipe's own."
    );
}

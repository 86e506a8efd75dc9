namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode Bug = new(
        "NF9001",
        ExitCode.Bug,
        "NodeForge met something that it does not know.",
        "Run again with -v and report what it prints."
    );

    public static readonly ErrorCode InvalidCommandLine = new(
        "NF9002",
        ExitCode.Usage,
        "The command line cannot be understood.",
        "See nodeforge --help; the message names the word."
    );

    public static readonly ErrorCode DiskFull = new(
        "NF9003",
        ExitCode.Environment,
        "A file could not be written: the disk, its inodes or a quota is used up.",
        "Free space at the named path, or choose another folder with --cache or --output; run again, finished work is kept."
    );

    public static readonly ErrorCode ProgramMissing = new(
        "NF9004",
        ExitCode.Environment,
        "A program of the system that this step needs is not installed.",
        "Install the package that the message names."
    );

    public static readonly ErrorCode PathNotUsable = new(
        "NF9005",
        ExitCode.Environment,
        "A file or folder cannot be read or written.",
        "Fix its rights or choose another path."
    );

    public static readonly ErrorCode Busy = new(
        "NF9006",
        ExitCode.Busy,
        "Another process holds the lock that this command needs.",
        "Wait for the process that the message names; a lock dies with its holder."
    );

    public static readonly ErrorCode InvalidEnvironment = new(
        "NF9007",
        ExitCode.Usage,
        "An environment variable has a value that cannot be used.",
        "Set or unset the variable that the message names."
    );
}

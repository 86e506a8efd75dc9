namespace NodeForge.Files;

/// <summary>Failures of files in the house's words.</summary>
public static class FileFailure
{
    private const int TooManyInSystem = 23; // ENFILE
    private const int TooManyInProcess = 24; // EMFILE
    private const int TooLarge = 27; // EFBIG
    private const int OutOfSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT

    /// <summary>What an I/O failure on a path means.</summary>
    public static NodeForgeException Explain(string path, Exception failure) =>
        new(
            (failure is IOException ? failure.HResult & 0xffff : 0) switch
            {
                _ when failure is FileNotFoundException or DirectoryNotFoundException => new Diagnostic(
                    ErrorCodes.PathNotUsable,
                    "there is no such file or folder"
                )
                {
                    Where = new(path),
                    Hint = "check the path",
                },
                OutOfSpace or OverQuota => new Diagnostic(ErrorCodes.DiskFull, "no space is left for this file, or no inode")
                {
                    Where = new(path),
                    Got = failure.Message,
                    Hint = "free space there (df, df -i), or choose another folder; finished work is kept",
                },
                TooLarge => new Diagnostic(ErrorCodes.DiskFull, "the file would be larger than a file may be")
                {
                    Where = new(path),
                    Got = failure.Message,
                    Hint = "raise the limit (ulimit -f), or choose another file system",
                },
                TooManyInProcess or TooManyInSystem => new Diagnostic(ErrorCodes.PathNotUsable, "too many files are open")
                {
                    Where = new(path),
                    Got = failure.Message,
                    Hint = "raise the limit (ulimit -n), and run it again",
                },
                _ => new Diagnostic(ErrorCodes.PathNotUsable, "the file cannot be used")
                {
                    Where = new(path),
                    Got = failure.Message,
                    Hint = "fix its permissions or choose another path",
                },
            },
            failure
        );
}

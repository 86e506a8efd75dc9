namespace NodeForge.Containerd.Bolt;

internal static class BoltSource
{
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.PathNotUsable, "the database cannot be opened")
                {
                    Where = new(path),
                    Got = failure.Message,
                    Hint = "check the path and its rights",
                },
                failure
            );
        }
    }
}

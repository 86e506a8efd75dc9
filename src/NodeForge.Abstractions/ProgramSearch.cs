namespace NodeForge;

/// <summary>Finds the programs of the system in the absolute folders of PATH. What lies in the current folder is somebody's file, not a
/// program of the system.</summary>
public static class ProgramSearch
{
    private const string Usual = "/usr/bin:/bin"; // where there is no PATH: what confstr(3) says of _CS_PATH

    /// <summary>Finds a program.</summary>
    /// <param name="program">A name, or an absolute path, which is taken as it is.</param>
    /// <param name="path">Folders with colons between them; the empty and the relative ones, which mean the current folder, are passed
    /// over.</param>
    /// <returns>An absolute path; null where there is no such program.</returns>
    public static string? Find(string program, string? path)
    {
        if (program.Contains('/', StringComparison.Ordinal))
            return program.StartsWith('/') ? program : null;
        return Folders(path ?? Usual).Select(folder => Path.Combine(folder, program)).FirstOrDefault(IsProgram);
    }

    /// <summary>The absolute folders of a PATH, as a PATH; never an empty one, which to a program means the current folder.</summary>
    internal static string Absolute(string path) => string.Join(':', Folders(path)) is { Length: > 0 } folders ? folders : Usual;

    private static IEnumerable<string> Folders(string path) => path.Split(':').Where(folder => folder.StartsWith('/'));

    private static bool IsProgram(string file)
    {
        const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        try
        {
            return File.Exists(file) && (File.GetUnixFileMode(file) & Executable) != 0;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

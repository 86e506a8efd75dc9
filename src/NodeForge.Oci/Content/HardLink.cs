using System.Runtime.InteropServices;

namespace NodeForge.Oci.Content;

/// <summary>A second name for a file.</summary>
internal static partial class HardLink
{
    /// <returns>False when it cannot be: another file system, one without hard links, a foreign file under
    /// fs.protected_hardlinks.</returns>
    public static bool TryCreate(string file, string name) => Link(file, name) == 0;

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);
}

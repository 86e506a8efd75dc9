using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layouts;

/// <summary>An archive that appears whole or not at all.</summary>
internal static class ArchiveFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target)!;
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Environment.ProcessId}-{Path.GetRandomFileName()}.part");
        try
        {
            AtomicFile.Guard(target, () =>
            {
                Directory.CreateDirectory(folder);
                using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
                {
                    write(file);
                    AtomicFile.Sync(file);
                }

                AtomicFile.Publish(temporary, target);
                return 0;
            });
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}

using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layouts;

/// <summary>An archive that appears whole or not at all.</summary>
internal static class ArchiveFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target)!;
        string temporary = AtomicFile.TemporaryOf(target);
        try
        {
            AtomicFile.Guard(target, () =>
            {
                Directory.CreateDirectory(folder);
                using (FileStream file = AtomicFile.Create(temporary))
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

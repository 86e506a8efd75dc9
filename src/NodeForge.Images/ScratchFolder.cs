using NodeForge.Oci.Content;

namespace NodeForge.Images;

/// <summary>A folder that goes when its step ends, well or not. A lock beside it tells the living from what a killed process
/// left.</summary>
/// <remarks>A lock, not the process id in the name: two containers that share a cache do not see each other's processes.</remarks>
public sealed class ScratchFolder : IDisposable
{
    internal const string LockSuffix = ".lock";
    private readonly FileStream held;
    private readonly string folder;

    public ScratchFolder(string path)
    {
        folder = path;
        Path = ScratchAlias.Of(path) ?? path;
        held = AtomicFile.Guard(
            path,
            () =>
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
                // FileShare.None is flock(2) with LOCK_EX; it is held before the folder is there to be swept.
                FileStream file = new(path + LockSuffix, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
                Directory.CreateDirectory(path);
                if (Path != path)
                    Directory.CreateSymbolicLink(Path, path);
                return file;
            }
        );
    }

    /// <summary>The folder, or a link to it where its own path has characters that programs stumble over.</summary>
    public string Path { get; }

    public string Combine(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            ScratchAlias.Remove(folder);
            Directory.Delete(folder, recursive: true);
            File.Delete(folder + LockSuffix);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // What a killed program still holds is swept at the next build's start (ScratchSweep).
        }
        finally
        {
            held.Dispose();
        }
    }
}

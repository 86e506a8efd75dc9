using System.Text.RegularExpressions;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Updating;

/// <summary>A hidden folder beside a bundle for what is made on the way to it. A lock beside it tells the living from what a killed process
/// left, which goes with the next one.</summary>
/// <remarks>A lock, not the process id in the name: two containers that share a folder do not see each other's processes.</remarks>
internal sealed partial class BetweenFolder : IDisposable
{
    private const string LockSuffix = ".lock";
    private readonly FileStream held;
    private readonly string folder;

    /// <param name="bundle">What is made, absolute.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PathNotUsable"/>, <see cref="ErrorCodes.DiskFull"/>.</exception>
    public BetweenFolder(string bundle)
    {
        folder = Path.ChangeExtension(AtomicFile.TemporaryOf(bundle), ".between");
        held = AtomicFile.Guard(
            folder,
            () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
                Sweep(bundle);
                // FileShare.None is flock(2) with LOCK_EX; it is held before the folder is there to be swept.
                FileStream file = AtomicFile.Create(folder + LockSuffix);
                Directory.CreateDirectory(folder);
                return file;
            }
        );
    }

    public string In(string name) => Path.Combine(folder, name);

    private static void Sweep(string bundle)
    {
        string begin = $".{Path.GetFileName(bundle)}.";
        string[] left =
        [
            .. Directory
                .EnumerateFileSystemEntries(Path.GetDirectoryName(bundle)!, ".*")
                .Select(path => (Folder: Path.GetDirectoryName(path)!, Match: Name().Match(Path.GetFileName(path))))
                .Where(found => found.Match.Success && found.Match.Groups["bundle"].Value == begin)
                .Select(found => Path.Combine(found.Folder, found.Match.Groups["folder"].Value))
                .Distinct(),
        ];
        foreach (string path in left)
        {
            try
            {
                using FileStream free = new(path + LockSuffix, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
                Remove(path);
            }
            catch (Exception living) when (living is IOException or UnauthorizedAccessException)
            {
                // Somebody works there, or nobody may sweep it.
            }
        }
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        File.Delete(path + LockSuffix);
    }

    public void Dispose()
    {
        try
        {
            Remove(folder);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is the one to tell; the next one sweeps.
        }
        finally
        {
            held.Dispose();
        }
    }

    // As AtomicFile.TemporaryOf makes it, with another end.
    [GeneratedRegex(
        @"^(?<folder>(?<bundle>\..+\.)\d+-[a-z0-9]{8}\.[a-z0-9]{3}\.between)(\.lock)?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant
    )]
    private static partial Regex Name();
}

using System.Text.RegularExpressions;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Transports;

/// <summary>A hidden folder beside a new layout, which is made in it. A lock in it tells the living from what a killed process left, which
/// goes with the next one.</summary>
/// <remarks>A lock, not the process id in the name: two containers that share a folder do not see each other's processes.</remarks>
internal sealed partial class LayoutDraft : IDisposable
{
    private const string LockFile = ".lock";
    private readonly FileStream held;

    /// <param name="target">The layout's place, absolute.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PathNotUsable"/>, <see cref="ErrorCodes.DiskFull"/>.</exception>
    public LayoutDraft(string target)
    {
        Folder = AtomicFile.TemporaryOf(target);
        held = AtomicFile.Guard(
            target,
            () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                Sweep(target);
                Directory.CreateDirectory(Folder);
                // FileShare.None is flock(2) with LOCK_EX; it has its name when it is held, so nobody sweeps in between.
                string unnamed = Path.Combine(Folder, LockFile + ".new");
                FileStream file = AtomicFile.Create(unnamed);
                File.Move(unnamed, Path.Combine(Folder, LockFile));
                return file;
            }
        );
    }

    public string Folder { get; }

    /// <summary>Leaves nothing in it but the layout; a folder without a lock is not swept.</summary>
    public void Finish() => File.Delete(Path.Combine(Folder, LockFile));

    private static void Sweep(string target)
    {
        string begin = $".{Path.GetFileName(target)}.";
        string[] left =
        [
            .. Directory
                .EnumerateDirectories(Path.GetDirectoryName(target)!, ".*.part")
                .Where(path => Name().Match(Path.GetFileName(path)) is { Success: true } name && name.Groups["target"].Value == begin),
        ];
        foreach (string folder in left)
        {
            try
            {
                using FileStream free = new(Path.Combine(folder, LockFile), FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception living) when (living is IOException or UnauthorizedAccessException)
            {
                // Somebody works there, or nobody may sweep it.
            }
        }
    }

    public void Dispose()
    {
        try
        {
            if (Directory.Exists(Folder))
                Directory.Delete(Folder, recursive: true);
        }
        finally
        {
            held.Dispose();
        }
    }

    // As AtomicFile.TemporaryOf makes it.
    [GeneratedRegex(@"^(?<target>\..+\.)\d+-[a-z0-9]{8}\.[a-z0-9]{3}\.part$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

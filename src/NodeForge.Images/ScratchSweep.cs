using NodeForge.Oci.Content;

namespace NodeForge.Images;

/// <summary>Removes the scratch of builds that were killed.</summary>
internal static class ScratchSweep
{
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(1);

    /// <returns>How many folders were removed.</returns>
    public static int Run(string scratch, TimeProvider clock)
    {
        if (!Directory.Exists(scratch))
            return 0;
        int removed = 0;
        foreach (DirectoryInfo folder in new DirectoryInfo(scratch).EnumerateDirectories())
        {
            if (IsLeft(folder, clock) && TryDelete(folder.FullName))
                removed++;
        }

        return removed;
    }

    // Whoever works in a folder holds its lock; without a lock file only age tells.
    private static bool IsLeft(DirectoryInfo folder, TimeProvider clock)
    {
        try
        {
            using FileStream free = new(folder.FullName + ScratchFolder.LockSuffix, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return clock.GetUtcNow() - folder.LastWriteTimeUtc > StaleAfter;
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool TryDelete(string folder)
    {
        try
        {
            ScratchAlias.Remove(folder);
            Directory.Delete(folder, recursive: true);
            AtomicFile.Discard(folder + ScratchFolder.LockSuffix);
            return true;
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            return false; // another user's; a build does not fail over it
        }
    }
}

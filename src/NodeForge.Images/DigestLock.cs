using System.Globalization;
using System.Text;
using NodeForge.Oci.Content;

namespace NodeForge.Images;

/// <summary>An exclusive lock on a file, between processes and within one; it dies with its holder.</summary>
/// <remarks><see cref="FileShare.None"/> is flock(2) with LOCK_EX on Linux. The holder's process id is in <c>.pid</c> beside it: the locked
/// file itself cannot be read meanwhile.</remarks>
public sealed class DigestLock : IDisposable
{
    private const int WouldBlock = 11; // EWOULDBLOCK
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    private readonly FileStream file;
    private readonly string path;
    private bool removes;

    private DigestLock(FileStream file, string path)
    {
        this.file = file;
        this.path = path;
    }

    /// <summary>Waits until the lock is free.</summary>
    /// <param name="path">The lock file; made when absent, with its folder.</param>
    /// <param name="quiet">After how long <paramref name="waiting"/> is called, once, with the holder's process id if it is known.</param>
    /// <param name="time">For the pauses between two tries.</param>
    /// <param name="waiting">Told who holds the lock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<DigestLock> TakeAsync(
        string path,
        TimeSpan quiet,
        TimeProvider time,
        Action<string> waiting,
        CancellationToken cancellationToken
    )
    {
        AtomicFile.Guard(path, () => Directory.CreateDirectory(Path.GetDirectoryName(path)!));
        long began = time.GetTimestamp();
        bool told = false;
        while (true)
        {
            DigestLock? taken = TryTake(path);
            if (taken is not null)
                return taken;
            if (!told && time.GetElapsedTime(began) >= quiet)
            {
                told = true;
                waiting(HolderOf(path));
            }

            await Task.Delay(PollEvery, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the lock's files when it is released.</summary>
    /// <remarks>Only when what it guarded is in place: one who waits on the removed file and one who makes a new one both find it there
    /// then, and do nothing.</remarks>
    public void RemoveWhenReleased() => removes = true;

    public void Dispose()
    {
        File.Delete(path + ".pid");
        if (removes)
            File.Delete(path);
        file.Dispose();
    }

    private static DigestLock? TryTake(string path)
    {
        try
        {
            FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            File.WriteAllText(path + ".pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new(file, path);
        }
        catch (IOException held) when ((held.HResult & 0xffff) == WouldBlock)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(path, failure);
        }
    }

    private static string HolderOf(string path)
    {
        try
        {
            string text = RegularFile.SizeOf(path + ".pid") is <= 16 ? File.ReadAllText(path + ".pid", Encoding.ASCII).Trim() : "";
            return text.Length is > 0 and < 12 ? $"process {text}" : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}

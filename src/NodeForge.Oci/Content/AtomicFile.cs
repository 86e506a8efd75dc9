using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using NodeForge.Files;

namespace NodeForge.Oci.Content;

/// <summary>Files that appear whole or not at all: written beside their place, synced, renamed, the folder synced.</summary>
public static partial class AtomicFile
{
    /// <summary>Writes a small file whole.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiskFull"/> or <see cref="ErrorCodes.PathNotUsable"/>; what was there
    /// before is untouched.</exception>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> content)
    {
        byte[] bytes = content.ToArray();
        Write(path, file => file.Write(bytes));
    }

    /// <summary>Writes a file as a stream.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiskFull"/> or <see cref="ErrorCodes.PathNotUsable"/>, and what
    /// <paramref name="write"/> throws; what was there
    /// before is untouched.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        string temporary = TemporaryOf(target);
        try
        {
            Guard(
                target,
                () =>
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                    using (FileStream file = Create(temporary))
                    {
                        write(file);
                        Sync(file);
                    }

                    Publish(temporary, target);
                    return 0;
                }
            );
        }
        finally
        {
            Discard(temporary);
        }
    }

    /// <summary>Where a file is written before it is renamed into its place, in the same folder; nobody else knows the name.</summary>
    /// <param name="target">Absolute.</param>
    public static string TemporaryOf(string target) =>
        Path.Combine(
            Path.GetDirectoryName(target)!,
            $".{Path.GetFileName(target)}.{Environment.ProcessId}-{Path.GetRandomFileName()}.part"
        );

    /// <summary>Makes a temporary file; one that is there, or a link, is never written through.</summary>
    public static FileStream Create(string temporary) =>
        new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);

    /// <summary>Removes a temporary file; what cannot be removed now is swept later.</summary>
    public static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is the one to tell.
        }
    }

    /// <summary>Renames a finished file into its place and makes the rename last.</summary>
    public static void Publish(string temporary, string target)
    {
        File.Move(temporary, target, overwrite: true);
        SyncFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>Puts a file's bytes on the disk.</summary>
    public static void Sync(FileStream file) => file.Flush(flushToDisk: true);

    /// <summary>Has the disk begin to take a part of a file that is still being written, so that <see cref="Sync"/> has little left to wait
    /// for. A wish: nobody hears whether it came true.</summary>
    public static void BeginSync(FileStream file, long offset, long length) =>
        _ = SyncRange(file.SafeFileHandle, offset, length, BeginWriting);

    private const uint BeginWriting = 2; // SYNC_FILE_RANGE_WRITE

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncRange(SafeFileHandle file, long offset, long length, uint flags);

    /// <summary>Runs an action on a path and tells its failure in the house's words.</summary>
    public static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Explain(path, failure);
        }
    }

    /// <summary>What an I/O failure on a path means.</summary>
    public static NodeForgeException Explain(string path, Exception failure) => FileFailure.Explain(path, failure);

    /// <summary>Makes the names in a folder last: links and renames are in the folder, not in the file.</summary>
    /// <remarks>.NET has no way to sync a folder (dotnet/runtime#28169); without it a rename may be lost with the power.</remarks>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PathNotUsable"/>: the disk could not.</exception>
    public static void SyncFolder(string folder)
    {
        using SafeFileHandle handle = Open(folder, ReadOnlyFolder | CloseOnExec);
        if (!handle.IsInvalid && Fsync(handle) != 0 && Marshal.GetLastPInvokeError() == InputOutput)
            throw Explain(folder, new IOException($"The folder '{folder}' could not be synced.", InputOutput));
    }

    private const int InputOutput = 5; // EIO; other errors come from file systems that know no syncing of folders
    private const int ReadOnlyFolder = 0; // O_RDONLY opens folders too
    private const int CloseOnExec = 0x80000; // O_CLOEXEC on x86-64 and arm64

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NodeForge.Oci.Content;

/// <summary>Opens what has to be a file. What was opened is looked at, not the name: a link has another length than what it leads to, and
/// open(2) of a FIFO waits until
/// somebody writes.</summary>
public static partial class RegularFile
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int ThisDescriptor = 0x1000; // AT_EMPTY_PATH
    private const uint TypeAndSize = 0x201; // STATX_TYPE | STATX_SIZE
    private const int StatxSize = 256;
    private const int ModeOffset = 28; // stx_mode
    private const int SizeOffset = 40; // stx_size
    private const int TypeMask = 0xF000; // S_IFMT
    private const int FileType = 0x8000; // S_IFREG
    private const int ReadOnlyWithoutWaiting = 0x80800; // O_RDONLY | O_NONBLOCK | O_CLOEXEC on x86-64 and arm64

    /// <summary>Opens a file for reading, seekable and without a buffer.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PathNotUsable"/>: it is not there, may not be read, or is no
    /// file.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The stream that is returned owns the handle.")]
    public static FileStream Open(string path) =>
        AtomicFile.Guard(
            path,
            () =>
            {
                SafeFileHandle handle = OpenDescriptor(path, ReadOnlyWithoutWaiting);
                if (handle.IsInvalid)
                {
                    handle.Dispose();
                    handle = File.OpenHandle(path); // fails again, and says why
                }

                int type = Look((int)handle.DangerousGetHandle(), "", ThisDescriptor).Type;
                if (type == FileType)
                    return new FileStream(handle, FileAccess.Read, bufferSize: 0);
                handle.Dispose();
                throw NoFile(path, type);
            }
        );

    /// <summary>Reads a small file whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">Bytes that it may have.</param>
    /// <param name="tooLong">The error for one that has more; is given how many.</param>
    /// <exception cref="NodeForgeException">As <see cref="Open"/>, and what <paramref name="tooLong"/> makes.</exception>
    public static byte[] ReadSmall(string path, int most, Func<long, NodeForgeException> tooLong)
    {
        using FileStream file = Open(path);
        if (file.Length > most)
            throw tooLong(file.Length);
        // Files of /proc say that they are empty, and another process may be writing.
        byte[] bytes = new byte[(file.Length == 0 ? most : (int)file.Length) + 1];
        int length = AtomicFile.Guard(path, () => file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        return length <= most ? bytes[..length] : throw tooLong(length);
    }

    /// <summary>The length of the file that a path leads to, in bytes; null where there is no file.</summary>
    public static long? SizeOf(string path) => Look(CurrentFolder, path, 0) is (FileType, var size) ? size : null;

    private static NodeForgeException NoFile(string path, int type)
    {
        string got = type switch
        {
            0x4000 => "a folder",
            0x1000 => "a pipe",
            0x2000 or 0x6000 => "a device",
            _ => "something else",
        };
        return new(
            new Diagnostic(ErrorCodes.PathNotUsable, "this is no file")
            {
                Where = new(path),
                Got = got,
                Want = "a file",
                Hint = type == 0x1000 ? "write what comes through it to a file first, and name that" : "name a file",
            }
        );
    }

    private static (int Type, long Size) Look(int folder, string path, int flags)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        return Statx(folder, path, flags, TypeAndSize, buffer) == 0
            ? (MemoryMarshal.Read<ushort>(buffer[ModeOffset..]) & TypeMask, MemoryMarshal.Read<long>(buffer[SizeOffset..]))
            : (0, 0);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> buffer);
}

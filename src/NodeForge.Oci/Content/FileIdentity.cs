using System.Runtime.InteropServices;

namespace NodeForge.Oci.Content;

/// <summary>What tells without reading that a file is still the one that was read: every write moves the change time, which no program can
/// set.</summary>
/// <remarks>statx(2), whose layout is the same on every architecture; .NET tells neither inodes nor change times, and of times only 100
/// ns.</remarks>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file in it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Nanoseconds since 1970; programs can set it.</param>
/// <param name="Changed">Nanoseconds since 1970 of the last change to content, names or rights.</param>
public readonly partial record struct FileIdentity(ulong Device, ulong Inode, long Size, long Modified, long Changed)
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint BasicStats = 0x7ff; // STATX_BASIC_STATS
    private const int StatxSize = 256;
    private const int ModeOffset = 28; // stx_mode
    private const int TypeMask = 0xF000; // S_IFMT
    private const int RegularFile = 0x8000; // S_IFREG
    private const int InodeOffset = 32; // stx_ino, then stx_size
    private const int ChangedOffset = 96; // stx_ctime
    private const int ModifiedOffset = 112; // stx_mtime
    private const int DeviceOffset = 136; // stx_dev_major, then stx_dev_minor
    private const long NanosecondsInSecond = 1_000_000_000;

    /// <summary>The file at a path, or that a link there leads to.</summary>
    /// <returns>Null where there is no regular file, or one that cannot be looked at.</returns>
    public static FileIdentity? Of(string path)
    {
        Span<byte> stat = stackalloc byte[StatxSize];
        if (
            Statx(CurrentFolder, path, 0, BasicStats, stat) != 0
            || (MemoryMarshal.Read<ushort>(stat[ModeOffset..]) & TypeMask) != RegularFile
        )
            return null;
        return new(
            MemoryMarshal.Read<ulong>(stat[DeviceOffset..]),
            MemoryMarshal.Read<ulong>(stat[InodeOffset..]),
            MemoryMarshal.Read<long>(stat[(InodeOffset + sizeof(ulong))..]),
            Time(stat[ModifiedOffset..]),
            Time(stat[ChangedOffset..])
        );
    }

    /// <summary>Whether two names are of one file.</summary>
    public bool IsSameFile(FileIdentity other) => Device == other.Device && Inode == other.Inode;

    private static long Time(ReadOnlySpan<byte> field) =>
        (MemoryMarshal.Read<long>(field) * NanosecondsInSecond) + MemoryMarshal.Read<uint>(field[sizeof(long)..]);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> buffer);
}

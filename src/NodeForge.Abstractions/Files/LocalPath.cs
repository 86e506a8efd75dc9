using System.Runtime.InteropServices;

namespace NodeForge.Files;

/// <summary>The kind and the rights of what lies at a path.</summary>
/// <remarks>.NET tells neither a FIFO nor a device from a file; statx(2) does, and its layout is the same on every architecture.</remarks>
public static partial class LocalPath
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint TypeAndMode = 0x3; // STATX_TYPE | STATX_MODE
    private const uint UserAndGroup = 0x18; // STATX_UID | STATX_GID
    private const int StatxSize = 256;
    private const int AttributesOffset = 8; // stx_attributes
    private const ulong MountRoot = 0x2000; // STATX_ATTR_MOUNT_ROOT
    private const int UserOffset = 20; // stx_uid, then stx_gid
    private const int ModeOffset = 28; // stx_mode
    private const int TypeMask = 0xF000; // S_IFMT
    private const int OwnerExecutes = 0x40; // S_IXUSR

    /// <param name="path">Absolute.</param>
    /// <param name="follow">Look at what a link leads to.</param>
    public static LocalKind KindOf(string path, bool follow) =>
        (Mode(path, follow) & TypeMask) switch
        {
            0x8000 => LocalKind.File,
            0x4000 => LocalKind.Folder,
            0xA000 => LocalKind.SymbolicLink,
            0 => LocalKind.Missing,
            _ => LocalKind.Special,
        };

    /// <summary>Whether the owner may execute the file: the one bit of the mode that a checkout keeps whatever the umask.</summary>
    public static bool IsExecutable(string path) => (Mode(path, follow: true) & OwnerExecutes) != 0;

    /// <summary>Whether something is mounted at just this path. Linux before 5.8 cannot tell: false.</summary>
    public static bool IsMountRoot(string path)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        return Statx(CurrentFolder, path, NoFollow, TypeAndMode, buffer) == 0
            && (MemoryMarshal.Read<ulong>(buffer[AttributesOffset..]) & MountRoot) != 0;
    }

    /// <summary>Gives a file to the owner and the group of another, as far as this user may: root may, others may give it to groups of
    /// theirs.</summary>
    public static void GiveToOwnerOf(string other, string path)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        if (Statx(CurrentFolder, other, 0, UserAndGroup, buffer) == 0)
            _ = Chown(
                path,
                MemoryMarshal.Read<uint>(buffer[UserOffset..]),
                MemoryMarshal.Read<uint>(buffer[(UserOffset + sizeof(uint))..])
            );
    }

    public static string Describe(LocalKind kind) =>
        kind switch
        {
            LocalKind.Missing => "nothing there",
            LocalKind.File => "a file",
            LocalKind.Folder => "a folder",
            LocalKind.SymbolicLink => "a symbolic link",
            _ => "a device, socket or FIFO",
        };

    private static int Mode(string path, bool follow)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        return Statx(CurrentFolder, path, follow ? 0 : NoFollow, TypeAndMode, buffer) == 0
            ? MemoryMarshal.Read<ushort>(buffer[ModeOffset..])
            : 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> buffer);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chown(string path, uint user, uint group);
}

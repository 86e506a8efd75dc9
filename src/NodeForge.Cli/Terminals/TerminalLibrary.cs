using System.Runtime.InteropServices;

namespace NodeForge.Cli.Terminals;

/// <summary>What the C library does with terminals and open files (termios(3), ioctl_tty(2), read(2), write(2), poll(2)); Linux'
/// numbers.</summary>
internal static partial class TerminalLibrary
{
    public const int Interrupted = 4; // EINTR
    public const int NotNow = 11; // EAGAIN
    public const int BrokenPipe = 32; // EPIPE
    public const int Gone = 5; // EIO: the terminal has hung up
    public const int Closed = 9; // EBADF: whoever started us gave us none

    public const short Readable = 1; // POLLIN
    public const short Writable = 4; // POLLOUT

    /// <summary>More than any C library's <c>struct termios</c>, whose layout nobody has to know: 60 bytes with glibc and musl.</summary>
    public const int StateLength = 256;

    private const int AfterOutput = 1; // TCSADRAIN
    private const nuint GetSize = 0x5413; // TIOCGWINSZ

    public static bool IsTerminal(int descriptor) => IsTty(descriptor) == 1;

    public static bool TryGetState(int descriptor, Span<byte> state) => GetState(descriptor, state) == 0;

    public static bool TrySetState(int descriptor, Span<byte> state) => SetState(descriptor, AfterOutput, state) == 0;

    /// <summary>Columns and rows; zeros where nobody knows.</summary>
    public static (int Columns, int Rows) SizeOf(int descriptor)
    {
        Span<ushort> size = stackalloc ushort[4]; // rows, columns, and both in pixels
        return Control(descriptor, GetSize, size) == 0 ? (size[1], size[0]) : default;
    }

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw(Span<byte> state);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, Span<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, ReadOnlySpan<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "poll")]
    public static partial int Poll(ref Wanted wanted, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsTty(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetState(int descriptor, Span<byte> state);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetState(int descriptor, int when, Span<byte> state);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, Span<ushort> size);

    /// <summary><c>struct pollfd</c></summary>
    public struct Wanted
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}

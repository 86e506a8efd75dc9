using System.Runtime.InteropServices;

namespace NodeForge.Oci.Compression;

/// <summary>The system's zlib (zlib.h, ABI 1).</summary>
/// <remarks>For reading only. The runtime's GZipStream takes a cut stream, and bytes after the last member, for a good end, and tells
/// nobody where the data ended.</remarks>
internal static partial class ZlibLibrary
{
    private const string Name = "libz.so.1";

    public const int Ok = 0; // Z_OK
    public const int StreamEnd = 1; // Z_STREAM_END
    public const int NeedsDictionary = 2; // Z_NEED_DICT
    public const int NoProgress = -5; // Z_BUF_ERROR
    private const int GzipOnly = 16 + 15; // window of 32 KiB, gzip's header and trailer

    /// <summary><c>z_stream</c>: 112 bytes on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Stream
    {
        public nint NextInput;
        public uint InputSize;
        public nuint TotalInput;
        public nint NextOutput;
        public uint OutputSize;
        public nuint TotalOutput;
        public nint Message;
        public nint State;
        public nint Allocate;
        public nint Free;
        public nint Opaque;
        public int DataType;
        public nuint Checksum;
        public nuint Reserved;
    }

    public static int Start(ref Stream stream)
    {
        try
        {
            return Start(ref stream, GzipOnly, "1", Marshal.SizeOf<Stream>());
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.CompressionLibraryMissing, $"{Name} cannot be used")
                {
                    Got = missing.Message,
                    Hint = "apt-get install zlib1g",
                },
                missing
            );
        }
    }

    [LibraryImport(Name, EntryPoint = "inflateInit2_", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Start(ref Stream stream, int windowBits, string version, int size);

    [LibraryImport(Name, EntryPoint = "inflate")]
    public static partial int Inflate(ref Stream stream, int flush);

    [LibraryImport(Name, EntryPoint = "inflateReset")]
    public static partial int Reset(ref Stream stream);

    [LibraryImport(Name, EntryPoint = "inflateEnd")]
    public static partial int End(ref Stream stream);
}

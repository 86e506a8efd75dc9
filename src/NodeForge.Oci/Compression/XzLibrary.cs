using System.Runtime.InteropServices;

namespace NodeForge.Oci.Compression;

/// <summary>The system's liblzma (lzma/base.h, lzma/container.h, ABI 5).</summary>
internal static partial class XzLibrary
{
    private const string Name = "liblzma.so.5";

    public const int Run = 0; // LZMA_RUN
    public const int Finish = 3; // LZMA_FINISH
    public const int Ok = 0; // LZMA_OK
    public const int StreamEnd = 1; // LZMA_STREAM_END
    private const uint Concatenated = 0x08; // LZMA_CONCATENATED: several streams, padding between them, nothing else after them

    /// <summary>What a return value means.</summary>
    public static string Problem(int code) =>
        code switch
        {
            5 => "out of memory",
            6 => "it needs more memory than is allowed",
            7 => "it is no xz data",
            8 => "it uses an option that this liblzma does not know",
            9 => "the data is damaged",
            10 => "the data is cut",
            _ => FormattableString.Invariant($"liblzma says {code}"),
        };

    public static int Start(ref Stream stream, ulong memoryLimit)
    {
        try
        {
            return StartDecoder(ref stream, memoryLimit, Concatenated);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.CompressionLibraryMissing, $"{Name} cannot be used")
                {
                    Got = missing.Message,
                    Hint = "apt-get install liblzma5",
                },
                missing
            );
        }
    }

    /// <summary><c>lzma_stream</c>: 136 bytes on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Stream
    {
        public nint NextInput;
        public nuint InputSize;
        public ulong TotalInput;
        public nint NextOutput;
        public nuint OutputSize;
        public ulong TotalOutput;
        public nint Allocator;
        public nint Internal;
        public nint Reserved1;
        public nint Reserved2;
        public nint Reserved3;
        public nint Reserved4;
        public ulong SeekPosition;
        public ulong Reserved5;
        public nuint Reserved6;
        public nuint Reserved7;
        public int Reserved8;
        public int Reserved9;
    }

    [LibraryImport(Name, EntryPoint = "lzma_stream_decoder")]
    private static partial int StartDecoder(ref Stream stream, ulong memoryLimit, uint flags);

    [LibraryImport(Name, EntryPoint = "lzma_code")]
    public static partial int Code(ref Stream stream, int action);

    [LibraryImport(Name, EntryPoint = "lzma_end")]
    public static partial void End(ref Stream stream);
}

using System.Runtime.InteropServices;

namespace NodeForge.Oci.Compression;

/// <summary>The system's libzstd, which decompresses (zstd.h, stable API of 1.4 and later).</summary>
internal static partial class ZstdLibrary
{
    private const string Name = "libzstd.so.1";

    public const int ParameterWindowLogMax = 100; // ZSTD_d_windowLogMax

    /// <summary>Calls the library for the first time; its absence is told in the house's words.</summary>
    public static T Call<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw Missing(missing);
        }
    }

    private static NodeForgeException Missing(Exception missing) =>
        new(
            new Diagnostic(ErrorCodes.CompressionLibraryMissing, $"{Name} cannot be used")
            {
                Got = missing.Message,
                Hint = "apt-get install libzstd1",
            },
            missing
        );

    /// <summary>What a result says when it is an error; null when it is none.</summary>
    public static string? Problem(nuint result) => IsError(result) == 0 ? null : Marshal.PtrToStringUTF8(ErrorName(result));

    /// <summary>Unpacks frames that are at hand whole into memory of a given length.</summary>
    public static nuint Decompress(ref byte output, int outputLength, ref byte input, int inputLength)
    {
        try
        {
            return Decompress(ref output, (nuint)outputLength, ref input, (nuint)inputLength);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw Missing(missing);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public nint Data;
        public nuint Size;
        public nuint Position;
    }

    [LibraryImport(Name, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint result);

    [LibraryImport(Name, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint result);

    [LibraryImport(Name, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecoder();

    [LibraryImport(Name, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecoder(nint decoder);

    [LibraryImport(Name, EntryPoint = "ZSTD_DCtx_setParameter")]
    public static partial nuint SetDecoder(nint decoder, int parameter, int value);

    [LibraryImport(Name, EntryPoint = "ZSTD_decompress")]
    private static partial nuint Decompress(ref byte output, nuint outputLength, ref byte input, nuint inputLength);

    [LibraryImport(Name, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint Decode(nint decoder, ref Buffer output, ref Buffer input);
}

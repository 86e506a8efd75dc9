using System.Numerics;
using System.Runtime.InteropServices;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace NodeForge.Oci.Compression;

/// <summary>Compresses blocks that are at hand whole, each into a zstd frame of its own (RFC 8878). The bytes depend on the block, the
/// level, how long blocks may be and the package's version alone.</summary>
public sealed class ZstdBlockEncoder : IDisposable
{
    // As far as the hardest levels look back by themselves (zstd 1.5's window of 2^23).
    private const int UsualWindow = 8 << 20; // bytes
    private readonly Compressor encoder;

    /// <param name="level">1 to 19.</param>
    /// <param name="longest">Bytes of the longest block; where that is over 8 MiB, whole blocks are looked through for repetitions.</param>
    public ZstdBlockEncoder(int level, int longest = 0)
    {
        encoder = new(level);
        if (longest <= UsualWindow)
            return;
        encoder.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, BitOperations.Log2((uint)(longest - 1)) + 1);
        encoder.SetParameter(ZSTD_cParameter.ZSTD_c_enableLongDistanceMatching, 1);
    }

    /// <summary>Encoder, version and level: <c>zstdsharp-0.8.8/3</c>. Bytes compare within one name only.</summary>
    public static string NameOf(int level) => FormattableString.Invariant($"zstdsharp-{ZstdEncoder.Version}/{level}");

    /// <summary>How long a block of so many bytes can become.</summary>
    public static int Bound(int length) => Compressor.GetCompressBound(length);

    /// <returns>How many bytes of the output are taken.</returns>
    public int Encode(ReadOnlySpan<byte> plain, Span<byte> output) => encoder.Wrap(plain, output);

    public void Dispose() => encoder.Dispose();
}

/// <summary>Packs and unpacks single blocks.</summary>
public static class ZstdBlock
{
    /// <param name="plain">What is compressed.</param>
    /// <param name="level">1 to 19.</param>
    public static byte[] Encode(ReadOnlySpan<byte> plain, int level)
    {
        using ZstdBlockEncoder encoder = new(level);
        byte[] output = new byte[ZstdBlockEncoder.Bound(plain.Length)];
        return output[..encoder.Encode(plain, output)];
    }

    /// <summary>Unpacks a block into as many bytes as it must have. Whatever it says of itself, it gets no more memory than
    /// these.</summary>
    /// <returns>False for bytes that are no zstd, or unpack to another number of bytes.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.CompressionLibraryMissing"/>.</exception>
    public static bool TryDecode(ReadOnlySpan<byte> block, Span<byte> plain)
    {
        ref byte from = ref MemoryMarshal.GetReference(block);
        ref byte to = ref MemoryMarshal.GetReference(plain);
        nuint length = ZstdLibrary.Decompress(ref to, plain.Length, ref from, block.Length);
        return length == (nuint)plain.Length && ZstdLibrary.Problem(length) is null;
    }
}

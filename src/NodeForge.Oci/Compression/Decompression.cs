using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace NodeForge.Oci.Compression;

/// <summary>Unpacks what archives and layers are compressed with: gzip, zstd, xz, or nothing.</summary>
public static class Decompression
{
    internal const int LongestMagic = 6;

    /// <summary>What the first bytes say; whatever is none of the known formats is taken for plain.</summary>
    public static LayerCompression Detect(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith<byte>([0x1f, 0x8b]))
            return LayerCompression.Gzip; // RFC 1952
        if (head.StartsWith<byte>([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]))
            return LayerCompression.Xz; // The .xz file format, 2.1.1.1
        // RFC 8878, 3.1.1 and 3.1.2: a frame, or a skippable one (0x184D2A50 to 5F).
        bool frame = head.StartsWith<byte>([0x28, 0xb5, 0x2f, 0xfd]);
        bool skippable = head.Length >= 4 && (head[0] & 0xf0) == 0x50 && head[1..].StartsWith<byte>([0x2a, 0x4d, 0x18]);
        return frame || skippable ? LayerCompression.Zstd : LayerCompression.None;
    }

    /// <summary>What a layer's media type says; null for one that is no layer's.</summary>
    public static LayerCompression? OfMediaType(string mediaType) =>
        mediaType switch
        {
            MediaTypes.Layer or MediaTypes.DockerLayer or MediaTypes.KeptLayer or MediaTypes.DockerKeptLayer => LayerCompression.None,
            MediaTypes.LayerGzip or MediaTypes.DockerLayerGzip or MediaTypes.KeptLayerGzip or MediaTypes.DockerKeptLayerGzip =>
                LayerCompression.Gzip,
            MediaTypes.LayerZstd or MediaTypes.KeptLayerZstd => LayerCompression.Zstd,
            _ => null,
        };

    /// <summary>Opens compressed content for reading; to its end, so that every checksum is checked.</summary>
    /// <param name="content">The compressed bytes; disposed with the result.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="expected">What its media type or name says; null takes what the bytes say.</param>
    /// <param name="limits">How much may come out; null for the defaults.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.CompressionMismatch"/> here;
    /// <see cref="ErrorCodes.CompressedDataInvalid"/> and <see cref="ErrorCodes.ArchiveTooLarge"/> while reading.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The stream that is returned owns them all.")]
    public static Stream Open(Stream content, string name, LayerCompression? expected = null, DecompressionLimits? limits = null)
    {
        PeekedStream peeked = new(content, LongestMagic);
        LayerCompression found = Detect(peeked.Head);
        if (expected is { } want && want != found)
            throw Mismatch(peeked, name, found, want);
        limits ??= DecompressionLimits.Default;
        return found switch
        {
            LayerCompression.Gzip => new LimitedStream(new GzipDecoder(peeked, name), peeked, name, limits),
            LayerCompression.Zstd => new LimitedStream(new ZstdDecoder(peeked, name), peeked, name, limits),
            LayerCompression.Xz => new LimitedStream(new XzDecoder(peeked, name), peeked, name, limits),
            _ => new LimitedStream(peeked, peeked, name, limits),
        };
    }

    private static NodeForgeException Mismatch(PeekedStream peeked, string name, LayerCompression found, LayerCompression want)
    {
        byte[] head = new byte[80];
        int length = peeked.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        peeked.Dispose();
        string start = found == LayerCompression.None ? $", beginning '{Encoding.Latin1.GetString(head, 0, length)}'" : "";
        return new(
            new Diagnostic(ErrorCodes.CompressionMismatch, "the content is not compressed as it should be")
            {
                Where = new(name),
                Got = $"{(found == LayerCompression.None ? "no known compression" : found.ToString().ToLowerInvariant())}{start}",
                Want = want == LayerCompression.None ? "no compression" : want.ToString().ToLowerInvariant(),
                Hint = "get the content again, from an address that gives the archive itself",
            }
        );
    }
}

/// <summary>How much may come out of compressed bytes.</summary>
public sealed record DecompressionLimits
{
    public static DecompressionLimits Default { get; } = new();

    /// <summary>Bytes in all.</summary>
    public long MaximumBytes { get; init; } = 64L << 30;

    /// <summary>Bytes out for each byte in, once <see cref="RatioFrom"/> bytes have come out. Programs and packages have 3 to 10; zeros
    /// have 1000 (gzip) and more.</summary>
    public int MaximumRatio { get; init; } = 200;

    /// <summary>Below so many bytes no ratio is suspicious.</summary>
    public long RatioFrom { get; init; } = 256L << 20;
}

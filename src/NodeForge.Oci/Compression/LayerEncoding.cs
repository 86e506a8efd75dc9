namespace NodeForge.Oci.Compression;

/// <summary>How a layer is compressed when it is written. The bytes depend on the encoder's version, which is why it has a name; the diff
/// ID does not.</summary>
/// <param name="Compression">None, gzip or zstd.</param>
/// <param name="Level">Gzip: 1 to 9; zstd: 1 to 19; 0 without compression.</param>
public sealed record LayerEncoding(LayerCompression Compression, int Level)
{
    public static LayerEncoding None { get; } = new(LayerCompression.None, 0);

    public static LayerEncoding Gzip { get; } = new(LayerCompression.Gzip, 6);

    public static LayerEncoding Zstd { get; } = new(LayerCompression.Zstd, 3);

    /// <summary>The layer's media type in a manifest.</summary>
    public string MediaType =>
        Compression switch
        {
            LayerCompression.None => MediaTypes.Layer,
            LayerCompression.Gzip => MediaTypes.LayerGzip,
            LayerCompression.Zstd => MediaTypes.LayerZstd,
            _ => throw new NotSupportedException($"Layers are not written as {Compression}."),
        };

    /// <summary>Encoder, version and level: <c>none</c>, <c>gzip/zlib-ng-10.0.1/6</c>, <c>zstd/zstdsharp-0.8.8/3</c>. Digests compare
    /// within one name only.</summary>
    public string Name =>
        Compression switch
        {
            LayerCompression.None => "none",
            LayerCompression.Gzip => FormattableString.Invariant($"gzip/zlib-ng-{Environment.Version}/{Level}"),
            LayerCompression.Zstd => FormattableString.Invariant($"zstd/zstdsharp-{ZstdEncoder.Version}/{Level}"),
            _ => throw new NotSupportedException($"Layers are not written as {Compression}."),
        };

    /// <summary>A stream that compresses what is written to it; disposing it ends the compressed data and leaves the output open.</summary>
    public Stream Encode(Stream output) =>
        Compression switch
        {
            LayerCompression.Gzip => new GzipEncoder(output, Level),
            LayerCompression.Zstd => new ZstdEncoder(output, Level),
            _ => throw new NotSupportedException($"Layers are not written as {Compression}."),
        };
}

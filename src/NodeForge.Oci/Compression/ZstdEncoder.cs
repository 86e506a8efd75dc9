using NodeForge.Oci.Content;
using ZstdSharp;

namespace NodeForge.Oci.Compression;

/// <summary>Compresses what is written. One thread and no checksum: the bytes depend on the input, the level and the package's version
/// alone, not on the machine's libzstd.</summary>
internal sealed class ZstdEncoder(Stream output, int level) : WriteOnlyStream
{
    private readonly CompressionStream encoder = new(output, level, leaveOpen: true);

    /// <summary>The package's version: <c>0.8.8</c>.</summary>
    public static string Version { get; } = typeof(CompressionStream).Assembly.GetName().Version!.ToString(3);

    public override void Write(ReadOnlySpan<byte> bytes) => encoder.Write(bytes);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            encoder.Dispose();
        base.Dispose(disposing);
    }
}

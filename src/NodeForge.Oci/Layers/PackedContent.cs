using NodeForge.Oci.Compression;

namespace NodeForge.Oci.Layers;

/// <summary>A stretch of a compressed layer: unpacked anew up to it each time it is opened, for the few files of a base that a build wants
/// to read.</summary>
/// <param name="Store">Has the layer.</param>
/// <param name="Layer">The compressed layer.</param>
/// <param name="Offset">First byte of the unpacked tar.</param>
/// <param name="Length">Bytes.</param>
internal sealed record PackedContent(BlobStore Store, Descriptor Layer, long Offset, long Length) : LayerContent
{
    private const int Step = 1 << 17;

    public override Stream Open()
    {
        using Stream plain = Decompression.Open(
            Store.OpenRead(Layer.Digest),
            Layer.Digest.ToString(),
            Decompression.OfMediaType(Layer.MediaType)
        );
        byte[] skipped = new byte[Step];
        for (long left = Offset; left > 0; )
        {
            int read = plain.Read(skipped, 0, (int)Math.Min(left, Step));
            if (read == 0)
                throw Ended();
            left -= read;
        }

        byte[] bytes = new byte[Length];
        if (plain.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw Ended();
        return new MemoryStream(bytes, writable: false);
    }

    private NodeForgeException Ended() =>
        new(new Diagnostic(ErrorCodes.ArchiveTruncated, "a layer ends before one of its files") { Where = new(Layer.Digest.ToString()) });
}

using System.Buffers;
using System.IO.Compression;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Compression;

/// <summary>Compresses what is written, in blocks of one size: zlib-ng's bytes depend on how its input is cut, and a layer's must
/// not.</summary>
internal sealed class GzipEncoder(Stream output, int level) : WriteOnlyStream
{
    private const int BlockSize = 1 << 17;

    // The runtime writes nothing at all when it was given nothing.
    private static readonly byte[] EmptyMember = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly byte[] block = ArrayPool<byte>.Shared.Rent(BlockSize);
    private readonly GZipStream gzip = new(output, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);
    private int used;
    private bool any;
    private bool ended;

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(BlockSize - used, bytes.Length);
            bytes[..count].CopyTo(block.AsSpan(used));
            used += count;
            bytes = bytes[count..];
            if (used == BlockSize)
                Push();
        }
    }

    private void Push()
    {
        gzip.Write(block, 0, used);
        any |= used > 0;
        used = 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !ended)
        {
            ended = true;
            Push();
            gzip.Dispose();
            if (!any)
                output.Write(EmptyMember);
            ArrayPool<byte>.Shared.Return(block);
        }

        base.Dispose(disposing);
    }
}

using System.Buffers;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Compression;

/// <summary>What the decoders of system libraries have in common: an input buffer, and words for damage.</summary>
internal abstract class DecoderStream(Stream compressed, string name, string format) : ReadOnlyStream
{
    private const int BufferSize = 1 << 17;

    protected byte[] Buffer { get; } = ArrayPool<byte>.Shared.Rent(BufferSize);

    protected int Start { get; set; }

    protected int End { get; private set; }

    /// <summary>Whether the compressed bytes have come to their end.</summary>
    protected bool Exhausted { get; private set; }

    private long taken;

    protected void Refill()
    {
        if (Start < End || Exhausted)
            return;
        Start = 0;
        End = compressed.Read(Buffer, 0, BufferSize);
        taken += End;
        Exhausted = End == 0;
    }

    protected NodeForgeException Invalid(string problem) =>
        new(
            new Diagnostic(ErrorCodes.CompressedDataInvalid, $"{format} data cannot be unpacked: {problem}")
            {
                Where = new(name, Detail: FormattableString.Invariant($"compressed byte {taken - End + Start}")),
                Hint = "get the content again from a source that you trust",
            }
        );

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ArrayPool<byte>.Shared.Return(Buffer);
            compressed.Dispose();
        }

        base.Dispose(disposing);
    }
}

using System.Buffers;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layers;

/// <summary>Compresses what is written. One thread and no checksum: the bytes depend on the input, the level and the library's version alone.</summary>
internal sealed unsafe class ZstdEncoder(Stream output, int level) : WriteOnlyStream
{
    private const int BufferSize = 1 << 17; // ZSTD_CStreamOutSize
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private nint encoder = Create(level);

    private static nint Create(int level)
    {
        nint encoder = ZstdLibrary.Call(ZstdLibrary.CreateEncoder);
        Check(ZstdLibrary.SetEncoder(encoder, ZstdLibrary.ParameterLevel, level));
        Check(ZstdLibrary.SetEncoder(encoder, ZstdLibrary.ParameterChecksum, 0));
        return encoder;
    }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            ZstdLibrary.Buffer input = new() { Data = (nint)data, Size = (nuint)bytes.Length };
            while (input.Position < input.Size)
                Step(ref input, ZstdLibrary.Continue);
        }
    }

    private nuint Step(ref ZstdLibrary.Buffer input, int operation)
    {
        fixed (byte* data = buffer)
        {
            ZstdLibrary.Buffer room = new() { Data = (nint)data, Size = BufferSize };
            nuint rest = ZstdLibrary.Encode(encoder, ref room, ref input, operation);
            Check(rest);
            output.Write(buffer, 0, (int)room.Position);
            return rest;
        }
    }

    private static void Check(nuint result)
    {
        if (ZstdLibrary.Problem(result) is { } problem)
            throw new InvalidOperationException("libzstd: " + problem);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && encoder != 0)
        {
            try
            {
                ZstdLibrary.Buffer none = default;
                while (Step(ref none, ZstdLibrary.End) != 0)
                {
                }
            }
            finally
            {
                ZstdLibrary.FreeEncoder(encoder);
                encoder = 0;
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        base.Dispose(disposing);
    }
}

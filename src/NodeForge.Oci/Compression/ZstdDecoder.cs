namespace NodeForge.Oci.Compression;

/// <summary>Unpacks zstd: several frames, skippable ones among them; a window of at most 128 MiB, as the zstd program does without being
/// asked for more.</summary>
internal sealed unsafe class ZstdDecoder : DecoderStream
{
    private const int WindowLogMax = 27; // 128 MiB
    private nint decoder;
    private bool betweenFrames = true;

    public ZstdDecoder(Stream compressed, string name)
        : base(compressed, name, "zstd")
    {
        decoder = ZstdLibrary.Call(ZstdLibrary.CreateDecoder);
        Check(ZstdLibrary.SetDecoder(decoder, ZstdLibrary.ParameterWindowLogMax, WindowLogMax));
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        while (true)
        {
            Refill();
            if (Exhausted && betweenFrames)
                return 0;
            int count = Step(buffer);
            if (count > 0)
                return count;
            // Nothing came although the input has ended: the frame wants more.
            if (Exhausted && !betweenFrames)
                throw Invalid("the data is cut");
        }
    }

    private int Step(Span<byte> bytes)
    {
        fixed (byte* from = Buffer)
        fixed (byte* to = bytes)
        {
            ZstdLibrary.Buffer input = new()
            {
                Data = (nint)from,
                Size = (nuint)End,
                Position = (nuint)Start,
            };
            ZstdLibrary.Buffer output = new() { Data = (nint)to, Size = (nuint)bytes.Length };
            nuint hint = ZstdLibrary.Decode(decoder, ref output, ref input);
            Start = (int)input.Position;
            Check(hint);
            betweenFrames = hint == 0;
            return (int)output.Position;
        }
    }

    private void Check(nuint result)
    {
        if (ZstdLibrary.Problem(result) is { } problem)
            throw Invalid(problem);
    }

    protected override void Dispose(bool disposing)
    {
        Release();
        base.Dispose(disposing);
    }

    private void Release()
    {
        if (decoder != 0)
            ZstdLibrary.FreeDecoder(decoder);
        decoder = 0;
    }

    ~ZstdDecoder() => Release();
}

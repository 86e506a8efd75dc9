namespace NodeForge.Oci.Compression;

/// <summary>Unpacks xz: several streams, padding between them; 160 MiB of memory, which is what the highest preset (a dictionary of 64 MiB)
/// leaves room for twice over.</summary>
internal sealed unsafe class XzDecoder : StructDecoder<XzLibrary.Stream>
{
    private const ulong MemoryLimit = 160UL << 20;
    private bool ended;

    public XzDecoder(Stream compressed, string name)
        : base(compressed, name, "xz")
    {
        int code = XzLibrary.Start(ref *Native, MemoryLimit);
        if (code != XzLibrary.Ok)
            throw Invalid(XzLibrary.Problem(code));
        HasStarted();
    }

    public override int Read(Span<byte> buffer)
    {
        while (!ended && !buffer.IsEmpty)
        {
            Refill();
            if (Step(buffer) is > 0 and int count)
                return count;
        }

        return 0;
    }

    private int Step(Span<byte> bytes)
    {
        fixed (byte* from = Buffer)
        fixed (byte* to = bytes)
        {
            Native->NextInput = (nint)from + Start;
            Native->InputSize = (nuint)(End - Start);
            Native->NextOutput = (nint)to;
            Native->OutputSize = (nuint)bytes.Length;
            int code = XzLibrary.Code(ref *Native, Exhausted ? XzLibrary.Finish : XzLibrary.Run);
            Start = End - (int)Native->InputSize;
            ended = code == XzLibrary.StreamEnd;
            if (code is not (XzLibrary.Ok or XzLibrary.StreamEnd))
                throw Invalid(XzLibrary.Problem(code));
            return bytes.Length - (int)Native->OutputSize;
        }
    }

    protected override void EndNative() => XzLibrary.End(ref *Native);
}

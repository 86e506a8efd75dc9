using System.Runtime.InteropServices;

namespace NodeForge.Oci.Compression;

/// <summary>Unpacks gzip (RFC 1952): several members, each with its checksum and length checked; nothing else may follow the last
/// one.</summary>
internal sealed unsafe class GzipDecoder : StructDecoder<ZlibLibrary.Stream>
{
    private bool betweenMembers;

    public GzipDecoder(Stream compressed, string name)
        : base(compressed, name, "gzip")
    {
        int code = ZlibLibrary.Start(ref *Native);
        if (code != ZlibLibrary.Ok)
            throw Invalid(FormattableString.Invariant($"zlib says {code}"));
        HasStarted();
    }

    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            Refill();
            if (Exhausted && betweenMembers)
                return 0;
            if (Step(buffer) is > 0 and int count)
                return count;
            if (Exhausted && !betweenMembers)
                throw Invalid("the data is cut");
        }

        return 0;
    }

    private int Step(Span<byte> bytes)
    {
        if (betweenMembers)
            BeginMember();
        fixed (byte* from = Buffer)
        fixed (byte* to = bytes)
        {
            Native->NextInput = (nint)from + Start;
            Native->InputSize = (uint)(End - Start);
            Native->NextOutput = (nint)to;
            Native->OutputSize = (uint)bytes.Length;
            int code = ZlibLibrary.Inflate(ref *Native, 0);
            Start = End - (int)Native->InputSize;
            betweenMembers = code == ZlibLibrary.StreamEnd;
            if (code is not (ZlibLibrary.Ok or ZlibLibrary.StreamEnd or ZlibLibrary.NoProgress))
                throw Invalid(Marshal.PtrToStringUTF8(Native->Message) ?? FormattableString.Invariant($"zlib says {code}"));
            return bytes.Length - (int)Native->OutputSize;
        }
    }

    private void BeginMember()
    {
        if (Buffer[Start] != 0x1f)
            throw Invalid("other bytes follow its end");
        _ = ZlibLibrary.Reset(ref *Native);
    }

    protected override void EndNative() => _ = ZlibLibrary.End(ref *Native);
}

using System.Text;

namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>The fields of a protobuf message, one after the other, as the wire has them.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;

    public int Field { get; private set; }

    /// <summary>A field of wire type 0.</summary>
    public ulong Number { get; private set; }

    /// <summary>A field of any other wire type.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <returns>False at the message's end.</returns>
    public bool Next()
    {
        if (rest.IsEmpty)
            return false;
        ulong key = Varint();
        Field = (int)(key >> 3);
        Number = 0;
        Bytes = [];
        switch (key & 7)
        {
            case 0:
                Number = Varint();
                break;
            case 1:
                Bytes = Take(sizeof(ulong));
                break;
            case 2:
                Bytes = Take((int)Varint());
                break;
            case 5:
                Bytes = Take(sizeof(uint));
                break;
            default:
                throw new InvalidDataException($"field {Field} has wire type {key & 7}");
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        ReadOnlySpan<byte> taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}

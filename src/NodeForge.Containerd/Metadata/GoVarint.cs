namespace NodeForge.Containerd.Metadata;

/// <summary>Signed integers as Go's <c>binary.PutVarint</c> writes them: zig-zag, then seven bits a byte, the lowest first.</summary>
internal static class GoVarint
{
    private const int MaxLength = 10;

    public static byte[] Write(long value) => WriteUnsigned((ulong)(value << 1) ^ (ulong)(value >> 63));

    /// <summary>As <c>binary.PutUvarint</c>: without the zig-zag.</summary>
    public static byte[] WriteUnsigned(ulong value)
    {
        List<byte> bytes = new(MaxLength);
        while (value >= 0x80)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }
        bytes.Add((byte)value);
        return [.. bytes];
    }

    /// <returns>Null when the bytes end early, go on behind the number, or do not fit 64 bits.</returns>
    public static long? TryRead(ReadOnlySpan<byte> bytes)
    {
        ulong zigzag = 0;
        for (int i = 0; i < bytes.Length && i < MaxLength; i++)
        {
            if (i == MaxLength - 1 && bytes[i] > 1)
                return null;
            zigzag |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
                return i == bytes.Length - 1 ? (long)(zigzag >> 1) ^ -(long)(zigzag & 1) : null;
        }
        return null;
    }
}

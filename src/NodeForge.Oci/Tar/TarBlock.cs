namespace NodeForge.Oci.Tar;

/// <summary>The places of a header's fields (POSIX.1-1988 ustar; GNU differs from byte 345 on).</summary>
internal static class TarBlock
{
    public const int Size = 512;

    public static readonly Range Name = 0..100;
    public static readonly Range Mode = 100..108;
    public static readonly Range Uid = 108..116;
    public static readonly Range Gid = 116..124;
    public static readonly Range Length = 124..136;
    public static readonly Range ModificationTime = 136..148;
    public static readonly Range Checksum = 148..156;
    public const int Type = 156;
    public static readonly Range LinkName = 157..257;
    public static readonly Range MagicAndVersion = 257..265;
    public static readonly Range DeviceMajor = 329..337;
    public static readonly Range DeviceMinor = 337..345;
    public static readonly Range Prefix = 345..500;

    /// <summary>Bytes from the end of a content to the next block.</summary>
    public static int Padding(long length) => (int)(-length & (Size - 1));

    /// <summary>The sum of the header's bytes, the checksum's own taken as spaces.</summary>
    public static int Sum(ReadOnlySpan<byte> block)
    {
        int sum = 8 * ' ';
        foreach (byte b in block[..Checksum.Start.Value])
            sum += b;
        foreach (byte b in block[Checksum.End.Value..Size])
            sum += b;
        return sum;
    }
}

using System.Buffers.Binary;

namespace NodeForge.Oci.Tar;

/// <summary>The numbers of tar headers: octal digits, or base 256 when the first bit is set (GNU, star).</summary>
internal static class TarNumber
{
    /// <returns>False when the field is neither; an empty field is 0.</returns>
    public static bool TryParse(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        return (field[0] & 0x80) != 0 ? TryParseBinary(field, out value) : TryParseOctal(field, out value);
    }

    private static bool TryParseOctal(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        field = field.TrimStart((byte)' ');
        int end = field.IndexOfAny((byte)0, (byte)' ');
        // What follows the terminator must be filler; digits there would be read by some and not by others.
        if (end >= 0 && field[end..].IndexOfAnyExcept((byte)0, (byte)' ') >= 0)
            return false;
        foreach (byte digit in end < 0 ? field : field[..end])
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return false;
            value = (value << 3) | (long)(digit - '0'); // at most 12 digits: 36 bits
        }

        return true;
    }

    // Two's complement, the first bit being the mark and the second the sign.
    private static bool TryParseBinary(ReadOnlySpan<byte> field, out long value)
    {
        bool negative = (field[0] & 0x40) != 0;
        byte filler = negative ? (byte)0xff : (byte)0;
        value = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
        if (field.Length == 8)
        {
            // The mark is in the number itself: take it out, and repeat the sign in its place.
            value = value << 1 >> 1;
            return true;
        }

        ReadOnlySpan<byte> high = field[1..^8];
        return field[0] == (negative ? 0xff : 0x80) && high.IndexOfAnyExcept(filler) < 0 && value < 0 == negative;
    }
}

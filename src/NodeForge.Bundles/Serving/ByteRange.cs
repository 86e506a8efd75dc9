using System.Globalization;

namespace NodeForge.Bundles.Serving;

/// <summary>The part of a content that is asked for (RFC 9110, section 14).</summary>
/// <param name="First">The first byte.</param>
/// <param name="Length">How many.</param>
internal readonly record struct ByteRange(long First, long Length)
{
    private const string Unit = "bytes=";

    /// <param name="header">The header of that name; null for none.</param>
    /// <param name="size">Bytes of the content.</param>
    /// <param name="part">Null for all of it: also where several parts are asked for or another unit, as a server may.</param>
    /// <returns>False for a part that the content does not have.</returns>
    public static bool TryRead(string? header, long size, out ByteRange? part)
    {
        part = null;
        if (header?.StartsWith(Unit, StringComparison.Ordinal) != true || header[Unit.Length..].Split('-') is not [var from, var to])
            return true;
        (long? first, long? last) = (Number(from), Number(to));
        if ((first is null && from.Length > 0) || (last is null && to.Length > 0) || (first ?? last) is null || first > last)
            return true;
        // Without a first byte it is the last so many.
        (long begin, long end) = first is null
            ? (Math.Max(0, size - last!.Value), size)
            : (first.Value, Math.Min(last ?? size, size - 1) + 1);
        if (begin >= size || begin >= end)
            return false;
        part = new(begin, Math.Min(end, size) - begin);
        return true;
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
